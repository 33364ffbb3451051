/** One training on the page: builds the networks, makes steps, and measures what is shown. */

import { Curve } from "./curve.js";
import { countModes, DATA_SETS, drawSamples, fromPoints } from "./data.js";
import { GAN } from "./gan.js";
import { sigmoid } from "./losses.js";
import { Network } from "./network.js";
import { OPTIMIZERS } from "./optimizers.js";
import { Random } from "./random.js";
import { BATCH } from "./settings.js";

const SHOWN = 300; // samples of each kind in the picture, by which D is judged
const ARROWS = 120;
const COUNTED = 2000; // samples of each kind in the histograms
const OFFSET = { one: -2, cloud: 1.5 }; // where the generator begins, so that it has a way to go

export class Session {
  /**
   * @param {object} settings - as in `PRESETS`.
   * @param {number[][]} points - the reader's own, for the data sets `points` and `line`.
   * @param {number} seed - of the first weights, the noise and the samples.
   */
  constructor(settings, points, seed) {
    const dataSet = DATA_SETS[settings.data];
    this.data = dataSet.own ? fromPoints(points, dataSet.dimensions) : dataSet;
    this.dimensions = this.data.dimensions;
    this.random = new Random(seed);
    this.gan = buildGAN(settings, this.dimensions, this.random);
    this.change(settings);
    this.steps = 0;
    this.curves = { generator: new Curve(), discriminator: new Curve() };
    this.ready = !dataSet.own || points.length > 0;
    if (!this.ready) return;
    const count = this.dimensions === 1 ? COUNTED : SHOWN;
    this.real = drawSamples(this.data, count, this.random);
    this.shownNoise = this.random.normals(count * this.gan.generator.sizes[0]);
    for (let i = 0; i < settings.headStart; i++) this.trainDiscriminator();
    this.measure();
    this.path = [this.centre];
  }

  /** Takes over the settings that need no new start. */
  change(settings) {
    const { loss, penaltyWeight, discriminatorSteps } = settings;
    Object.assign(this.gan, { loss, penaltyWeight, discriminatorSteps });
    this.gan.generatorOptimizer.rate = settings.generatorRate;
    this.gan.discriminatorOptimizer.rate = settings.discriminatorRate;
  }

  trainDiscriminator() {
    const fake = this.gan.generate(BATCH, this.random).output;
    const real = drawSamples(this.data, BATCH, this.random);
    const { gan, random } = this;
    gan.updateDiscriminator(gan.computeDiscriminatorGradients(real, fake, BATCH, random));
  }

  step() {
    const real = drawSamples(this.data, BATCH, this.random);
    const losses = this.gan.trainStep(real, BATCH, this.random);
    this.steps += 1;
    this.curves.generator.add(losses.generatorLoss);
    this.curves.discriminator.add(losses.discriminatorLoss);
  }

  get broken() {
    return !Number.isFinite(this.gan.generator.variables.at(-1)[0]);
  }

  /** Computes what is shown from noise that stays the same, so that each sample can be followed. */
  measure() {
    const count = this.shownNoise.length / this.gan.generator.sizes[0];
    this.fake = this.gan.generator.forward(this.shownNoise, count).output;
    this.pull = this.gan.computePull(this.fake.subarray(0, ARROWS * this.dimensions), ARROWS);
    const realLogits = this.judge(this.real.subarray(0, SHOWN * this.dimensions));
    const fakeLogits = this.judge(this.fake.subarray(0, SHOWN * this.dimensions));
    this.realAccuracy = realLogits.filter((l) => l > 0).length / SHOWN;
    this.fakeAccuracy = fakeLogits.filter((l) => l < 0).length / SHOWN;
    this.scale = findScale(realLogits, fakeLogits);
    this.modes = this.data.modes ? countModes(this.data, this.fake) : null;
    this.centre = Array.from({ length: this.dimensions }, (_, axis) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += this.fake[i * this.dimensions + axis];
      return sum / count;
    });
    if (this.path && this.path.push(this.centre) > 400) this.path.shift();
  }

  judge(samples) {
    return this.gan.discriminator.forward(samples, samples.length / this.dimensions).output;
  }

  /** D for each sample. Scores of Wasserstein are no logits: they are moved and scaled to fit. */
  computeVerdicts(samples) {
    const { middle, spread } = this.gan.loss === "wasserstein" ? this.scale : PLAIN;
    return this.judge(samples).map((l) => sigmoid((l - middle) / spread));
  }
}

const PLAIN = { middle: 0, spread: 1 };

function findScale(...logits) {
  const all = logits.flatMap((each) => [...each]);
  const middle = all.reduce((sum, l) => sum + l, 0) / all.length;
  const variance = all.reduce((sum, l) => sum + (l - middle) ** 2, 0) / all.length;
  return { middle, spread: Math.sqrt(variance) || 1 };
}

function buildGAN(settings, dimensions, random) {
  const hidden = settings.networks === "deep" ? [32, 32] : [];
  // In one dimension, chapter 3 takes tanh too: the curve of D has no corners then.
  const activation = dimensions === 1 ? "tanh" : "relu";
  const noise = hidden.length ? 2 * dimensions : dimensions;
  const generator = new Network([noise, ...hidden, dimensions], activation, random);
  const discriminator = new Network([dimensions, ...hidden, 1], activation, random);
  generator.biases.at(-1)[0] = OFFSET[settings.data] ?? 0;
  if (!hidden.length) {
    // A small round cloud, and a discriminator whose slope is not towards it.
    generator.kernels[0].fill(0);
    for (let i = 0; i < dimensions; i++) generator.kernels[0][i * dimensions + i] = 0.3;
    discriminator.kernels[0].fill(0);
    discriminator.kernels[0][dimensions - 1] = 1;
  }
  const Optimizer = OPTIMIZERS[settings.optimizer];
  const options = { beta1: settings.beta1 };
  return new GAN({
    generator,
    discriminator,
    generatorOptimizer: new Optimizer({ ...options, rate: settings.generatorRate }),
    discriminatorOptimizer: new Optimizer({ ...options, rate: settings.discriminatorRate }),
  });
}
