/** What the discriminator minimises in addition to its loss, as `regularizers.py` defines it. */

const SMALLEST_NORM = 1e-6; // shorter gradients count as this long: a root has no gradient at 0

/** E[|u|^2] / 2 with the gradient u of the logit, over the first eighth of the real samples. */
function r1(discriminator, { real, n }) {
  const some = Math.floor((n + 7) / 8);
  const dimensions = discriminator.sizes[0];
  return penalise(discriminator, real.subarray(0, some * dimensions), some, (squares) => ({
    value: squares / 2,
    factor: 1, // the derivative of |u|^2 / 2 with respect to u is 1 times u
  }));
}

/** E[(|u| - 1)^2] at random points between real and generated samples. */
function gradientPenalty(discriminator, { real, fake, n, epsilon }) {
  const dimensions = discriminator.sizes[0];
  const between = fake.map((x, i) => x + epsilon[Math.floor(i / dimensions)] * (real[i] - x));
  return penalise(discriminator, between, n, (squares) => {
    const norm = Math.sqrt(Math.max(squares, SMALLEST_NORM ** 2));
    const factor = squares >= SMALLEST_NORM ** 2 ? (2 * (norm - 1)) / norm : 0;
    return { value: (norm - 1) ** 2, factor };
  });
}

export const PENALTIES = { r1, gradient_penalty: gradientPenalty };

/**
 * The mean of a function of |u|^2, and its gradients with respect to the weights.
 *
 * @param {function} term - from |u|^2 of one sample to the value, and to the factor by which u is
 *   multiplied to give the gradient with respect to u.
 */
function penalise(discriminator, samples, n, term) {
  const dimensions = discriminator.sizes[0];
  const pass = discriminator.forward(samples, n);
  const first = discriminator.sampleGradients(pass);
  const gradient = new Float64Array(samples.length);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const rows = [i * dimensions, (i + 1) * dimensions];
    const u = first.samples.subarray(...rows);
    const { value, factor } = term(u.reduce((squares, each) => squares + each * each, 0));
    sum += value / n;
    gradient.set(
      u.map((each) => (factor * each) / n),
      rows[0],
    );
  }
  return { value: sum, gradients: discriminator.backwardTwice(pass, first, gradient) };
}
