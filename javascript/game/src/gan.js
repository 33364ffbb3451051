/** The game: two networks, two losses, two optimizers, and the training step of `model.py`. */

import { LOSSES, meanLoss } from "./losses.js";
import { addTo } from "./matrix.js";
import { PENALTIES } from "./penalties.js";

export class GAN {
  /**
   * @param {object} parts
   * @param {Network} parts.generator - from noise to samples.
   * @param {Network} parts.discriminator - from samples to one logit each.
   * @param {object} parts.generatorOptimizer - `SGD` or `Adam`, one for each network.
   * @param {object} parts.discriminatorOptimizer
   * @param {string} parts.loss - a key of `LOSSES`.
   * @param {number} parts.penaltyWeight - of R1, or of the gradient penalty for Wasserstein.
   * @param {number} parts.discriminatorSteps - for each step of the generator.
   */
  constructor(parts) {
    Object.assign(this, { penaltyWeight: 0, discriminatorSteps: 1 }, parts);
  }

  /**
   * Trains both networks on one batch of n real samples.
   *
   * @param {Float64Array} real - n x dimensions.
   * @param {Random} random - whose `normals` and `uniforms` are the noise and, for the gradient
   *   penalty, the places between real and generated samples.
   * @returns {object} both losses, without the penalty.
   */
  trainStep(real, n, random) {
    for (let i = 1; i < this.discriminatorSteps; i++) {
      const fake = this.generate(n, random).output;
      this.updateDiscriminator(this.computeDiscriminatorGradients(real, fake, n, random));
    }
    const made = this.generate(n, random);
    // Both gradients are taken before either network moves.
    const ofGenerator = this.computeGeneratorGradients(made, n);
    const ofDiscriminator = this.computeDiscriminatorGradients(real, made.output, n, random);
    this.generatorOptimizer.apply(ofGenerator.gradients, this.generator.variables);
    this.updateDiscriminator(ofDiscriminator);
    return { generatorLoss: ofGenerator.loss, discriminatorLoss: ofDiscriminator.loss };
  }

  generate(n, random) {
    return this.generator.forward(random.normals(n * this.generator.sizes[0]), n);
  }

  computeGeneratorGradients(made, n) {
    const judged = this.discriminator.forward(made.output, n);
    const { value, gradient } = meanLoss(LOSSES[this.loss].generator, judged.output);
    const { samples } = this.discriminator.backward(judged, gradient);
    return { loss: value, gradients: this.generator.backward(made, samples).gradients };
  }

  computeDiscriminatorGradients(real, fake, n, random) {
    const loss = LOSSES[this.loss];
    const judgedReal = this.discriminator.forward(real, n);
    const judgedFake = this.discriminator.forward(fake, n);
    const ofReal = meanLoss(loss.real, judgedReal.output);
    const ofFake = meanLoss(loss.fake, judgedFake.output);
    const { gradients } = this.discriminator.backward(judgedReal, ofReal.gradient);
    addAll(gradients, this.discriminator.backward(judgedFake, ofFake.gradient).gradients);
    if (this.penaltyWeight > 0) {
      const epsilon = loss.penalty === "gradient_penalty" ? random.uniforms(n) : null;
      const batch = { real, fake, n, epsilon };
      const penalty = PENALTIES[loss.penalty](this.discriminator, batch);
      addAll(gradients, penalty.gradients, this.penaltyWeight);
    }
    return { loss: ofReal.value + ofFake.value, gradients };
  }

  updateDiscriminator({ gradients }) {
    this.discriminatorOptimizer.apply(gradients, this.discriminator.variables);
  }

  /** The way in which the generator's loss wants to move each sample, n x dimensions. */
  computePull(samples, n) {
    const judged = this.discriminator.forward(samples, n);
    const { gradient } = meanLoss(LOSSES[this.loss].generator, judged.output);
    return this.discriminator.backward(judged, gradient).samples.map((each) => -n * each);
  }
}

function addAll(gradients, others, weight = 1) {
  for (const [k, other] of others.entries()) {
    addTo(gradients[k], weight === 1 ? other : other.map((each) => weight * each));
  }
}
