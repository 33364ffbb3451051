/**
 * The losses of the package, with their derivatives with respect to the logit l of one sample.
 *
 * Each part returns [value, derivative]. A loss is the mean over the samples: the discriminator's
 * has a part for real and a part for generated ("fake") samples, the generator's only one for
 * generated samples. The keys are the names that `GAN.compile(loss=...)` takes.
 */

export const sigmoid = (l) => 1 / (1 + Math.exp(-l));
export const softplus = (l) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));

const crossEntropy = {
  real: (l) => [softplus(-l), -sigmoid(-l)], // -ln D
  fake: (l) => [softplus(l), sigmoid(l)], // -ln(1 - D)
};

export const LOSSES = {
  sigmoid_cross_entropy: {
    ...crossEntropy,
    generator: (l) => [softplus(-l), -sigmoid(-l)], // -ln D
    equilibrium: { generator: Math.LN2, discriminator: 2 * Math.LN2 },
    penalty: "r1",
  },
  minimax: {
    ...crossEntropy,
    generator: (l) => [-softplus(l), -sigmoid(l)], // ln(1 - D)
    equilibrium: { generator: -Math.LN2, discriminator: 2 * Math.LN2 },
    penalty: "r1",
  },
  wasserstein: {
    real: (l) => [-l, -1],
    fake: (l) => [l, 1],
    generator: (l) => [-l, -1],
    // Only differences of scores have a meaning, so the generator's loss may end anywhere.
    equilibrium: { generator: null, discriminator: 0 },
    penalty: "gradient_penalty",
  },
};

/** The mean of a part over all logits, and its gradient with respect to each of them. */
export function meanLoss(part, logits) {
  const gradient = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const [value, derivative] = part(logits[i]);
    sum += value;
    gradient[i] = derivative / logits.length;
  }
  return { value: sum / logits.length, gradient };
}
