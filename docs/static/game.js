// Built from javascript/game/src by build.mjs. sha256 of the sources: ab340885133223e218b285f5378c8841f7d9d577bde606cd357caf6c91f283a4
(() => {
  // src/data.js
  function drawNear(points, deviation, random) {
    const point = points[random.integer(points.length)];
    return point.map((middle) => middle + deviation * random.normal());
  }
  function mixture(modes, deviation) {
    return {
      dimensions: modes[0].length,
      modes,
      deviation,
      draw: (random) => drawNear(modes, deviation, random)
    };
  }
  var angles = Array.from({ length: 8 }, (_, i) => 2 * Math.PI * i / 8);
  var lines = [-1.6, 0, 1.6];
  var moons = {
    dimensions: 2,
    draw(random) {
      const angle = Math.PI * random.uniform();
      const side = random.integer(2) ? 1 : -1;
      const [x, y] = [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25];
      return [side * 1.4 * x + 0.08 * random.normal(), side * 1.4 * y + 0.08 * random.normal()];
    }
  };
  var DATA_SETS = {
    ring: mixture(
      angles.map((angle) => [2 * Math.cos(angle), 2 * Math.sin(angle)]),
      0.1
    ),
    grid: mixture(
      lines.flatMap((x) => lines.map((y) => [x, y])),
      0.1
    ),
    moons,
    cloud: mixture([[0, 0]], 0.3),
    points: { dimensions: 2, own: true },
    two: mixture([[-1.5], [1.5]], 0.35),
    one: mixture([[1]], 0.5),
    line: { dimensions: 1, own: true }
  };
  var OWN_DEVIATION = 0.06;
  function fromPoints(points, dimensions) {
    return { dimensions, draw: (random) => drawNear(points, OWN_DEVIATION, random) };
  }
  function drawSamples(dataSet, n, random) {
    const samples = new Float64Array(n * dataSet.dimensions);
    for (let i = 0; i < n; i++) samples.set(dataSet.draw(random), i * dataSet.dimensions);
    return samples;
  }
  function countModes(dataSet, samples) {
    const { modes, deviation, dimensions } = dataSet;
    const n = samples.length / dimensions;
    const isNear = (i, mode) => {
      const differences = mode.map((middle, axis) => samples[i * dimensions + axis] - middle);
      return Math.hypot(...differences) < 3 * deviation;
    };
    const found = modes.filter((mode) => {
      let count2 = 0;
      for (let i = 0; i < n; i++) count2 += isNear(i, mode);
      return count2 >= 0.03 * n;
    });
    return found.length;
  }

  // src/losses.js
  var sigmoid = (l) => 1 / (1 + Math.exp(-l));
  var softplus = (l) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
  var crossEntropy = {
    real: (l) => [softplus(-l), -sigmoid(-l)],
    // -ln D
    fake: (l) => [softplus(l), sigmoid(l)]
    // -ln(1 - D)
  };
  var LOSSES = {
    sigmoid_cross_entropy: {
      ...crossEntropy,
      generator: (l) => [softplus(-l), -sigmoid(-l)],
      // -ln D
      equilibrium: { generator: Math.LN2, discriminator: 2 * Math.LN2 },
      penalty: "r1"
    },
    minimax: {
      ...crossEntropy,
      generator: (l) => [-softplus(l), -sigmoid(l)],
      // ln(1 - D)
      equilibrium: { generator: -Math.LN2, discriminator: 2 * Math.LN2 },
      penalty: "r1"
    },
    wasserstein: {
      real: (l) => [-l, -1],
      fake: (l) => [l, 1],
      generator: (l) => [-l, -1],
      // Only differences of scores have a meaning, so the generator's loss may end anywhere.
      equilibrium: { generator: null, discriminator: 0 },
      penalty: "gradient_penalty"
    }
  };
  function meanLoss(part, logits) {
    const gradient = new Float64Array(logits.length);
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      const [value, derivative] = part(logits[i]);
      sum += value;
      gradient[i] = derivative / logits.length;
    }
    return { value: sum / logits.length, gradient };
  }

  // src/matrix.js
  function multiply(a, b, n, k, m) {
    const product = new Float64Array(n * m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) {
        const factor = a[i * k + j];
        if (factor === 0) continue;
        for (let l = 0; l < m; l++) product[i * m + l] += factor * b[j * m + l];
      }
    }
    return product;
  }
  function multiplyByTransposed(a, b, n, m, k) {
    const product = new Float64Array(n * k);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) {
        let sum = 0;
        for (let l = 0; l < m; l++) sum += a[i * m + l] * b[j * m + l];
        product[i * k + j] = sum;
      }
    }
    return product;
  }
  function addTransposedProduct(target, a, b, n, k, m) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) {
        const factor = a[i * k + j];
        if (factor === 0) continue;
        for (let l = 0; l < m; l++) target[j * m + l] += factor * b[i * m + l];
      }
    }
  }
  function addRows(target, a, n, m) {
    for (let i = 0; i < n; i++) {
      for (let l = 0; l < m; l++) target[l] += a[i * m + l];
    }
  }
  function addToRows(target, row, n, m) {
    for (let i = 0; i < n; i++) {
      for (let l = 0; l < m; l++) target[i * m + l] += row[l];
    }
  }
  function addTo(target, values) {
    for (let i = 0; i < target.length; i++) target[i] += values[i];
  }

  // src/penalties.js
  var SMALLEST_NORM = 1e-6;
  function r1(discriminator, { real, n }) {
    const some = Math.floor((n + 7) / 8);
    const dimensions = discriminator.sizes[0];
    return penalise(discriminator, real.subarray(0, some * dimensions), some, (squares) => ({
      value: squares / 2,
      factor: 1
      // the derivative of |u|^2 / 2 with respect to u is 1 times u
    }));
  }
  function gradientPenalty(discriminator, { real, fake, n, epsilon }) {
    const dimensions = discriminator.sizes[0];
    const between = fake.map((x, i) => x + epsilon[Math.floor(i / dimensions)] * (real[i] - x));
    return penalise(discriminator, between, n, (squares) => {
      const norm = Math.sqrt(Math.max(squares, SMALLEST_NORM ** 2));
      const factor = squares >= SMALLEST_NORM ** 2 ? 2 * (norm - 1) / norm : 0;
      return { value: (norm - 1) ** 2, factor };
    });
  }
  var PENALTIES = { r1, gradient_penalty: gradientPenalty };
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
        u.map((each) => factor * each / n),
        rows[0]
      );
    }
    return { value: sum, gradients: discriminator.backwardTwice(pass, first, gradient) };
  }

  // src/gan.js
  var GAN = class {
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
  };
  function addAll(gradients, others, weight = 1) {
    for (const [k, other] of others.entries()) {
      addTo(gradients[k], weight === 1 ? other : other.map((each) => weight * each));
    }
  }

  // src/network.js
  var ACTIVATIONS = {
    relu: { value: (z) => Math.max(z, 0), slope: (a) => a > 0 ? 1 : 0, bend: () => 0 },
    tanh: { value: Math.tanh, slope: (a) => 1 - a * a, bend: (a) => -2 * a * (1 - a * a) }
  };
  var Network = class {
    /**
     * @param {number[]} sizes - of the input, of each hidden layer and of the output.
     * @param {string} activation - of the hidden layers, a key of `ACTIVATIONS`.
     * @param {Random} random - draws the kernels as Keras' GlorotUniform does. Biases start at 0.
     */
    constructor(sizes, activation, random) {
      this.sizes = sizes;
      this.activation = ACTIVATIONS[activation];
      this.kernels = [];
      this.biases = [];
      for (let k = 1; k < sizes.length; k++) {
        const limit = Math.sqrt(6 / (sizes[k - 1] + sizes[k]));
        const draws = random.uniforms(sizes[k - 1] * sizes[k]);
        this.kernels.push(draws.map((draw) => limit * (2 * draw - 1)));
        this.biases.push(new Float64Array(sizes[k]));
      }
    }
    /** Kernel and bias of each layer in turn, as `trainable_variables` of Keras. */
    get variables() {
      return this.kernels.flatMap((kernel, k) => [kernel, this.biases[k]]);
    }
    /** Computes the output for n samples, and keeps what backpropagation needs. */
    forward(samples, n) {
      const values = [samples];
      const last = this.kernels.length - 1;
      for (let k = 0; k <= last; k++) {
        const units = this.sizes[k + 1];
        const sums = multiply(values[k], this.kernels[k], n, this.sizes[k], units);
        addToRows(sums, this.biases[k], n, units);
        const { value } = this.activation;
        if (k < last) for (let i = 0; i < sums.length; i++) sums[i] = value(sums[i]);
        values.push(sums);
      }
      return { n, values, output: values[last + 1] };
    }
    /**
     * Backpropagation: from the gradient of a loss with respect to the outputs to those with respect
     * to all variables and to the samples.
     *
     * @param {object} pass - what `forward` returned.
     * @param {Float64Array} outputGradient - n x outputs.
     * @param {Float64Array[]} [extra] - gradients with respect to the sums z of hidden layers, which
     *   are added on the way.
     */
    backward(pass, outputGradient, extra) {
      const gradients = this.variables.map((variable) => new Float64Array(variable.length));
      let gradient = outputGradient;
      for (let k = this.kernels.length - 1; k >= 0; k--) {
        const [inputs, units] = [this.sizes[k], this.sizes[k + 1]];
        addTransposedProduct(gradients[2 * k], pass.values[k], gradient, pass.n, inputs, units);
        addRows(gradients[2 * k + 1], gradient, pass.n, units);
        gradient = multiplyByTransposed(gradient, this.kernels[k], pass.n, units, inputs);
        if (k > 0) {
          const value = pass.values[k];
          const { slope } = this.activation;
          for (let i = 0; i < gradient.length; i++) gradient[i] *= slope(value[i]);
          if (extra) addTo(gradient, extra[k - 1]);
        }
      }
      return { gradients, samples: gradient };
    }
    /**
     * The gradient u of each output with respect to its own sample, for networks with one output.
     *
     * From the last layer to the first, h_k = g_{k+1} W_{k+1}^T is the gradient with respect to a_k,
     * and g_k = h_k f'(z_k) the one with respect to z_k. All of them are kept.
     */
    sampleGradients(pass) {
      const last = this.kernels.length - 1;
      const ofSums = [];
      const ofValues = [];
      ofSums[last] = new Float64Array(pass.n).fill(1);
      for (let k = last; k > 0; k--) {
        const [inputs2, units2] = [this.sizes[k], this.sizes[k + 1]];
        const gradient = multiplyByTransposed(ofSums[k], this.kernels[k], pass.n, units2, inputs2);
        ofValues[k - 1] = gradient;
        ofSums[k - 1] = gradient.map((h, i) => h * this.activation.slope(pass.values[k][i]));
      }
      const [inputs, units] = this.sizes;
      const samples = multiplyByTransposed(ofSums[0], this.kernels[0], pass.n, units, inputs);
      return { ofSums, ofValues, samples };
    }
    /**
     * Backpropagation through `sampleGradients`: from the gradient of a penalty with respect to u to
     * those with respect to all variables. Here second derivatives of the network come in.
     *
     * The equations of `sampleGradients` are followed from their end, u, to their beginning. They
     * depend on the kernels and, by f'(z_k), on the sums z_k. What arrives at the sums then goes
     * down the network as in any backpropagation.
     *
     * @param {object} pass - what `forward` returned.
     * @param {object} first - what `sampleGradients` returned.
     * @param {Float64Array} penaltyGradient - of the penalty with respect to u, n x inputs.
     */
    backwardTwice(pass, first, penaltyGradient) {
      const throughKernels = this.kernels.map((kernel) => new Float64Array(kernel.length));
      const throughSums = [];
      let gradient = penaltyGradient;
      for (let k = 0; k < this.kernels.length; k++) {
        const [inputs, units] = [this.sizes[k], this.sizes[k + 1]];
        addTransposedProduct(throughKernels[k], gradient, first.ofSums[k], pass.n, inputs, units);
        if (k === this.kernels.length - 1) break;
        gradient = multiply(gradient, this.kernels[k], pass.n, inputs, units);
        const { slope, bend } = this.activation;
        const value = pass.values[k + 1];
        throughSums.push(gradient.map((g, i) => g * first.ofValues[k][i] * bend(value[i])));
        gradient = gradient.map((g, i) => g * slope(value[i]));
      }
      const { gradients } = this.backward(pass, new Float64Array(pass.n), throughSums);
      for (const [k, extra] of throughKernels.entries()) addTo(gradients[2 * k], extra);
      return gradients;
    }
  };

  // src/optimizers.js
  var SGD = class {
    constructor({ rate }) {
      this.rate = rate;
    }
    apply(gradients, variables) {
      for (const [k, variable] of variables.entries()) {
        for (let i = 0; i < variable.length; i++) variable[i] -= this.rate * gradients[k][i];
      }
    }
  };
  var Adam = class {
    constructor({ rate, beta1 = 0, beta2 = 0.99 }) {
      Object.assign(this, { rate, beta1, beta2, steps: 0, means: null, squares: null });
    }
    apply(gradients, variables) {
      this.means ??= variables.map((variable) => new Float64Array(variable.length));
      this.squares ??= variables.map((variable) => new Float64Array(variable.length));
      this.steps += 1;
      const { beta1, beta2, steps } = this;
      const rate = this.rate * Math.sqrt(1 - beta2 ** steps) / (1 - beta1 ** steps);
      for (const [k, variable] of variables.entries()) {
        const [mean, square, gradient] = [this.means[k], this.squares[k], gradients[k]];
        for (let i = 0; i < variable.length; i++) {
          mean[i] += (gradient[i] - mean[i]) * (1 - beta1);
          square[i] += (gradient[i] ** 2 - square[i]) * (1 - beta2);
          variable[i] -= rate * mean[i] / (Math.sqrt(square[i]) + 1e-7);
        }
      }
    }
  };
  var OPTIMIZERS = { sgd: SGD, adam: Adam };

  // src/dom.js
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }
  function chooser(id, label, groups, value, change) {
    const select = element("select", { id, change: () => change(select.value) });
    for (const [name, options] of groups) {
      const made = options.map(([key, words]) => element("option", { value: key }, words));
      select.append(...name ? [element("optgroup", { label: name }, ...made)] : made);
    }
    select.value = value;
    return element("p", {}, element("label", { for: id }, label), select);
  }
  function checkbox(id, label, checked, change) {
    const box = element("input", { id, type: "checkbox", change: () => change(box.checked) });
    box.checked = checked;
    return element("label", { for: id, class: "game-check" }, box, label);
  }

  // src/settings.js
  var CHOICES = {
    rates: [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
    beta1: [0, 0.5, 0.9],
    discriminatorSteps: [1, 2, 3, 5, 10],
    penaltyWeights: [0, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 3, 10],
    headStarts: [0, 100, 500]
  };
  var BATCH = 64;
  var DEFAULTS = {
    networks: "deep",
    loss: "sigmoid_cross_entropy",
    optimizer: "adam",
    beta1: 0,
    generatorRate: 2e-3,
    discriminatorRate: 2e-3,
    discriminatorSteps: 1,
    penaltyWeight: 0.5,
    headStart: 0
  };
  var DIFFERENCES = {
    ring: { data: "ring", discriminatorRate: 5e-3, penaltyWeight: 0.3 },
    line: {
      data: "two",
      generatorRate: 5e-4,
      discriminatorRate: 0.01,
      discriminatorSteps: 3,
      penaltyWeight: 0
    },
    collapse: {
      data: "ring",
      optimizer: "sgd",
      generatorRate: 0.2,
      discriminatorRate: 0.02,
      penaltyWeight: 0
    },
    circles: {
      data: "cloud",
      networks: "linear",
      optimizer: "sgd",
      generatorRate: 0.05,
      discriminatorRate: 0.05,
      penaltyWeight: 0
    },
    vanishing: {
      data: "one",
      loss: "minimax",
      optimizer: "sgd",
      generatorRate: 5e-3,
      discriminatorRate: 0.5,
      penaltyWeight: 0,
      headStart: 500
    },
    wasserstein: {
      data: "moons",
      loss: "wasserstein",
      generatorRate: 1e-3,
      discriminatorSteps: 3,
      penaltyWeight: 1
    }
  };
  var PRESETS = Object.fromEntries(
    Object.entries(DIFFERENCES).map(([name, settings]) => [name, { ...DEFAULTS, ...settings }])
  );
  var LINKS = {
    en: {
      ring: "course/03_game.html#two-dimensions",
      line: "course/03_game.html#the-discriminator",
      collapse: "course/08_failures.html#the-second-patient",
      circles: "course/03_game.html#a-game-that-goes-round-in-circles",
      vanishing: "course/05_losses.html#two-losses-for-the-generator",
      wasserstein: "course/05_losses.html#wasserstein"
    },
    zh: {
      ring: "course/03_game.html#二维",
      line: "course/03_game.html#判别器",
      collapse: "course/08_failures.html#第二位病人",
      circles: "course/03_game.html#兜圈子的博弈",
      vanishing: "course/05_losses.html#生成器的两种损失",
      wasserstein: "course/05_losses.html#wasserstein-损失"
    }
  };
  var NEEDS_NEW_START = ["data", "networks", "optimizer", "beta1", "headStart"];

  // src/controls.js
  function buildControls(texts, settings, change) {
    const numbers = (name, label, values) => {
      const options = [.../* @__PURE__ */ new Set([...values, settings[name]])].sort((a, b) => a - b).map((value) => [value, String(value)]);
      return chooser(
        `game-${name}`,
        label,
        [[null, options]],
        settings[name],
        (value) => change(name, Number(value))
      );
    };
    const names = (name, label, words) => chooser(
      `game-${name}`,
      label,
      [[null, Object.entries(words)]],
      settings[name],
      (value) => change(name, value)
    );
    const sets = (dimensions) => Object.entries(texts.dataSets).filter(([key]) => DATA_SETS[key].dimensions === dimensions);
    const groups = [
      [texts.plane, sets(2)],
      [texts.line, sets(1)]
    ];
    const penalty = texts.penaltyWeight[LOSSES[settings.loss].penalty];
    const fields = [
      chooser("game-data", texts.data, groups, settings.data, (value) => change("data", value)),
      names("loss", texts.loss, texts.losses),
      names("networks", texts.networks, texts.networkKinds),
      numbers("penaltyWeight", penalty, CHOICES.penaltyWeights),
      names("optimizer", texts.optimizer, texts.optimizers),
      settings.optimizer === "adam" ? numbers("beta1", texts.beta1, CHOICES.beta1) : null,
      numbers("generatorRate", texts.generatorRate, CHOICES.rates),
      numbers("discriminatorRate", texts.discriminatorRate, CHOICES.rates),
      numbers("discriminatorSteps", texts.discriminatorSteps, CHOICES.discriminatorSteps),
      numbers("headStart", texts.headStart, CHOICES.headStarts)
    ];
    const [data, loss] = fields;
    for (const field of [data, loss]) field.className = "game-wide";
    return [element("legend", {}, texts.settings), ...fields.filter(Boolean)];
  }
  function buildLegend(texts, settings, dimensions) {
    const scores = settings.loss === "wasserstein";
    const entry = (kind, words) => element("li", {}, element("span", { class: `game-key ${kind}`, "aria-hidden": "true" }), words);
    if (dimensions === 1) {
      return [
        entry("bar real", texts.real),
        entry("bar fake", texts.fake),
        entry("curve", scores ? texts.score : texts.learned),
        entry("curve dashed", texts.best),
        entry("arrow", texts.pull)
      ];
    }
    const [low, high] = scores ? texts.verdictOfScores : texts.verdict;
    return [
      entry("ring", texts.real),
      entry("dot", texts.fake),
      entry("arrow", texts.pull),
      entry("tint real", high),
      entry("tint fake", low)
    ];
  }

  // src/canvas.js
  var Canvas = class {
    /**
     * @param {number} ratio - width divided by height.
     * @param {string} label - what a screen reader says, until `describe` says more.
     */
    constructor(ratio, label) {
      this.element = document.createElement("canvas");
      this.element.setAttribute("role", "img");
      this.element.style.aspectRatio = ratio;
      this.ratio = ratio;
      this.describe(label);
    }
    describe(label) {
      this.element.setAttribute("aria-label", label);
    }
    /** Clears the canvas, fits it to its size on the page, and reads the colours. */
    begin() {
      this.width = this.element.clientWidth;
      this.height = this.width / this.ratio;
      const pixels = window.devicePixelRatio || 1;
      const [width, height] = [this.width * pixels, this.height * pixels].map(Math.round);
      if (this.element.width !== width || this.element.height !== height) {
        Object.assign(this.element, { width, height });
      }
      this.context = this.element.getContext("2d");
      this.context.setTransform(pixels, 0, 0, pixels, 0, 0);
      const style = getComputedStyle(this.element);
      this.colours = {};
      for (const name of ["real", "fake", "ground", "ink", "muted"]) {
        this.colours[name] = style.getPropertyValue(`--game-${name}`).trim();
      }
      this.context.fillStyle = this.colours.ground;
      this.context.fillRect(0, 0, this.width, this.height);
      this.context.font = `12px ${style.fontFamily}`;
      this.context.lineJoin = "round";
      return this.context;
    }
    /** Draws a line through points [x, y] in pixels; where a point is `null` the line is broken. */
    line(points, colour, { width = 1.5, dash = [] } = {}) {
      const { context } = this;
      context.strokeStyle = this.colours[colour];
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      let begun = false;
      for (const point of points) {
        if (point) context[begun ? "lineTo" : "moveTo"](...point);
        begun = Boolean(point);
      }
      context.stroke();
      context.setLineDash([]);
    }
    text(words, x, y, { colour = "ink", align = "left" } = {}) {
      this.context.fillStyle = this.colours[colour];
      this.context.textAlign = align;
      this.context.fillText(words, x, y);
    }
  };
  function parseColour(colour) {
    return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
  }

  // src/loss_chart.js
  var MARGIN = { left: 34, right: 10, top: 10, bottom: 20 };
  var LossChart = class extends Canvas {
    constructor(label) {
      super(2.6, label);
    }
    draw(session) {
      this.begin();
      const { equilibrium } = LOSSES[session.gan.loss];
      const curves = [
        [session.curves.discriminator, "real", equilibrium.discriminator],
        [session.curves.generator, "fake", equilibrium.generator]
      ];
      const [low, high] = findRange(curves);
      const right = this.width - MARGIN.right;
      const bottom = this.height - MARGIN.bottom;
      const toY = (value) => {
        const part = (value - low) / (high - low);
        return bottom - Math.min(Math.max(part, -0.02), 1.02) * (bottom - MARGIN.top);
      };
      for (const value of ticks(low, high)) {
        this.text(String(value).replace("-", "−"), MARGIN.left - 5, toY(value) + 4, {
          colour: "muted",
          align: "right"
        });
      }
      const frame = [
        [MARGIN.left, MARGIN.top],
        [MARGIN.left, bottom],
        [right, bottom]
      ];
      this.line(frame, "muted", { width: 1 });
      this.text("0", MARGIN.left, bottom + 15, { colour: "muted" });
      this.text(String(session.steps), right, bottom + 15, { colour: "muted", align: "right" });
      for (const [curve, colour, resting] of curves) {
        if (resting !== null) {
          const ends = [MARGIN.left, right].map((x) => [x, toY(resting)]);
          this.line(ends, colour, { width: 1, dash: [5, 4] });
        }
        const { points } = curve;
        const toX2 = (i) => MARGIN.left + (right - MARGIN.left) * (i + 1) / points.length;
        this.line(
          points.map((value, i) => Number.isFinite(value) ? [toX2(i), toY(value)] : null),
          colour,
          { width: 1.75 }
        );
      }
    }
  };
  function findRange(curves) {
    const values = curves.flatMap(([curve]) => curve.points).filter(Number.isFinite);
    values.sort((a, b) => a - b);
    const at = (part) => values[Math.floor(part * (values.length - 1))] ?? 0;
    const resting = curves.map((each) => each[2] ?? 0);
    const low = Math.min(0, at(0.01), ...resting);
    const high = Math.max(0.5, at(0.99), ...resting);
    const margin = 0.08 * (high - low);
    return [low === 0 ? 0 : low - margin, high + margin];
  }
  function ticks(low, high) {
    const rough = (high - low) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const width = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
    const values = [];
    for (let i = Math.ceil(low / width); i * width <= high; i++) {
      values.push(Number((i * width).toPrecision(3)));
    }
    return values;
  }

  // src/number_line.js
  var REACH = 4;
  var BARS = 64;
  var PLACES = 161;
  var BANDWIDTH = 0.12;
  var ENOUGH = 0.01;
  var BASE = 0.8;
  var TOP = 0.06;
  var ARROWS = 60;
  var NumberLine = class extends Canvas {
    constructor(label) {
      super(1.25, label);
      this.places = Float64Array.from({ length: PLACES }, (_, i) => toX(i / (PLACES - 1)));
    }
    toPixels(x, value) {
      const height = this.height * (BASE - TOP);
      return [this.width * (x + REACH) / (2 * REACH), this.height * BASE - height * value];
    }
    toPlace(x) {
      return [toX(x / this.width)];
    }
    draw(session, show, points, cross) {
      this.begin();
      this.drawAxes();
      if (session.ready) {
        this.drawBars(session.real, "real");
        this.drawBars(session.fake, "fake");
        const best = computeBest(session, this.places);
        this.drawCurve(best, { width: 2, dash: [6, 4] });
        if (show.field) this.drawCurve([...session.computeVerdicts(this.places)], { width: 2.5 });
        if (show.arrows) this.drawArrows(session);
      } else {
        for (const [x] of points) this.tick(x);
      }
      if (cross) this.tick(cross[0], "ink", 14);
    }
    drawAxes() {
      for (const value of [0, 0.5, 1]) {
        const ends = [-REACH, REACH].map((x) => this.toPixels(x, value));
        this.line(ends, "muted", { width: value ? 0.75 : 1.25, dash: value === 0.5 ? [2, 3] : [] });
        const [, y] = this.toPixels(0, value);
        this.text(String(value), 3, y - 3, { colour: "muted" });
      }
      for (let x = 1 - REACH; x < REACH; x++) {
        const [left, top] = this.toPixels(x, 0);
        this.line(
          [
            [left, top],
            [left, top + 4]
          ],
          "muted"
        );
        this.text(String(x).replace("-", "−"), left, top + 17, { colour: "muted", align: "center" });
      }
    }
    drawBars(samples, colour) {
      const counts = count(samples, BARS, -REACH, REACH);
      const width = 2 * REACH / BARS;
      this.context.fillStyle = this.colours[colour];
      this.context.globalAlpha = 0.45;
      for (let i = 0; i < BARS; i++) {
        const density = Math.min(counts[i] / (samples.length * width), 1.05);
        const [left, top] = this.toPixels(-REACH + i * width, density);
        const [right, bottom] = this.toPixels(-REACH + (i + 1) * width, 0);
        this.context.fillRect(left, top, right - left, bottom - top);
      }
      this.context.globalAlpha = 1;
    }
    drawCurve(values, style) {
      const points = values.map(
        (value, i) => Number.isFinite(value) ? this.toPixels(this.places[i], value) : null
      );
      this.line(points, "ink", style);
    }
    drawArrows({ fake, pull }) {
      const y = this.height * 0.93;
      for (let i = 0; i < Math.min(ARROWS, pull.length); i++) {
        const row = y + (i % 5 - 2) * 5;
        const [from] = this.toPixels(fake[i], 0);
        const length = Math.sign(pull[i]) * Math.min(Math.abs(pull[i]) * 0.5, 1.2);
        const [to] = this.toPixels(fake[i] + length, 0);
        this.context.fillStyle = this.colours.fake;
        this.context.fillRect(from - 1.5, row - 1.5, 3, 3);
        if (!(Math.abs(to - from) > 3)) continue;
        const back = to - 4 * Math.sign(to - from);
        const shape = [[from, row], [to, row], null, [back, row - 3], [to, row], [back, row + 3]];
        this.line(shape, "ink", { width: 1 });
      }
    }
    tick(x, colour = "real", length = 9) {
      const [left, top] = this.toPixels(x, 0);
      const ends = [
        [left, top - length],
        [left, top + length]
      ];
      this.line(ends, colour, { width: 2 });
    }
  };
  function toX(part) {
    return REACH * (2 * part - 1);
  }
  function count(samples, bins, low, high) {
    const counts = new Float64Array(bins);
    for (const x of samples) {
      const bin = Math.floor(bins * (x - low) / (high - low));
      if (bin >= 0 && bin < bins) counts[bin] += 1;
    }
    return counts;
  }
  function computeBest({ real, fake }, places) {
    const [p, q] = [real, fake].map((samples) => estimateDensity(samples, places));
    return p.map((value, i) => value + q[i] > ENOUGH ? value / (value + q[i]) : Number.NaN);
  }
  function estimateDensity(samples, places) {
    const bins = 400;
    const width = 2 * REACH / bins;
    const counts = count(samples, bins, -REACH, REACH);
    const factor = samples.length * BANDWIDTH * Math.sqrt(2 * Math.PI);
    return Array.from(places, (place) => {
      let sum = 0;
      for (let i = 0; i < bins; i++) {
        const distance = (place - (-REACH + (i + 0.5) * width)) / BANDWIDTH;
        if (counts[i] && Math.abs(distance) < 4) sum += counts[i] * Math.exp(-(distance ** 2) / 2);
      }
      return sum / factor;
    });
  }

  // src/plane.js
  var REACH2 = 3;
  var CELLS = 40;
  var ARROW = 0.45;
  var LONGEST = 0.9;
  var Plane = class extends Canvas {
    constructor(label) {
      super(1, label);
      this.tiles = document.createElement("canvas");
      this.tiles.width = this.tiles.height = CELLS;
      this.places = new Float64Array(2 * CELLS * CELLS);
      for (let i = 0; i < CELLS * CELLS; i++) {
        const [column, row] = [i % CELLS, Math.floor(i / CELLS)];
        this.places[2 * i] = REACH2 * ((2 * column + 1) / CELLS - 1);
        this.places[2 * i + 1] = REACH2 * (1 - (2 * row + 1) / CELLS);
      }
    }
    toPixels(x, y) {
      return [this.width * (x + REACH2) / (2 * REACH2), this.height * (REACH2 - y) / (2 * REACH2)];
    }
    /** The place in the plane under a point of the canvas. */
    toPlace(x, y) {
      return [2 * REACH2 * (x / this.width) - REACH2, REACH2 - 2 * REACH2 * (y / this.height)];
    }
    draw(session, show, points, cross) {
      this.begin();
      if (session.ready && show.field) this.drawField(session);
      if (session.ready) {
        if (session.gan.generator.kernels.length === 1) this.drawPath(session.path);
        this.drawDots(session.real, (x, y) => this.ring(x, y));
        if (show.arrows) this.drawArrows(session);
        this.drawDots(session.fake, (x, y) => this.dot(x, y));
      } else {
        for (const point of points) this.ring(...this.toPixels(...point));
      }
      if (cross) this.drawCross(cross);
    }
    drawField(session) {
      const [ground, real, fake] = ["ground", "real", "fake"].map(
        (name) => parseColour(this.colours[name])
      );
      const context = this.tiles.getContext("2d");
      const image = context.createImageData(CELLS, CELLS);
      session.computeVerdicts(this.places).forEach((verdict, i) => {
        const tint = verdict > 0.5 ? real : fake;
        const strength = 1.1 * Math.abs(verdict - 0.5);
        for (let c = 0; c < 3; c++) {
          image.data[4 * i + c] = ground[c] + strength * (tint[c] - ground[c]);
        }
        image.data[4 * i + 3] = 255;
      });
      context.putImageData(image, 0, 0);
      this.context.drawImage(this.tiles, 0, 0, this.width, this.height);
    }
    drawDots(samples, draw) {
      for (let i = 0; i < samples.length; i += 2) {
        draw(...this.toPixels(samples[i], samples[i + 1]));
      }
    }
    ring(x, y) {
      this.context.strokeStyle = this.colours.real;
      this.context.lineWidth = 1.25;
      this.context.beginPath();
      this.context.arc(x, y, 3, 0, 2 * Math.PI);
      this.context.stroke();
    }
    dot(x, y) {
      this.context.fillStyle = this.colours.fake;
      this.context.strokeStyle = this.colours.ground;
      this.context.lineWidth = 0.75;
      this.context.beginPath();
      this.context.arc(x, y, 3, 0, 2 * Math.PI);
      this.context.fill();
      this.context.stroke();
    }
    drawArrows({ fake, pull }) {
      for (let i = 0; i < pull.length / 2; i++) {
        const [x, y, dx, dy] = [fake[2 * i], fake[2 * i + 1], pull[2 * i], pull[2 * i + 1]];
        const length = Math.hypot(dx, dy);
        const scale = Math.min(ARROW, LONGEST / length);
        if (!(length * scale > 0.04)) continue;
        this.arrow(this.toPixels(x, y), this.toPixels(x + scale * dx, y + scale * dy));
      }
    }
    arrow([x, y], [toX2, toY]) {
      const angle = Math.atan2(toY - y, toX2 - x);
      const barb = (turn) => [toX2 - 4 * Math.cos(angle + turn), toY - 4 * Math.sin(angle + turn)];
      const points = [[x, y], [toX2, toY], null, barb(0.5), [toX2, toY], barb(-0.5)];
      this.line(points, "ink", { width: 1 });
    }
    drawPath(path) {
      const points = path.map((point) => this.toPixels(...point));
      this.line(points, "fake", { width: 2 });
    }
    drawCross([x, y]) {
      const [left, top] = this.toPixels(x, y);
      const points = [[left - 9, top], [left + 9, top], null, [left, top - 9], [left, top + 9]];
      this.line(points, "ink", { width: 2 });
    }
  };

  // src/point_editor.js
  var APART = 0.1;
  var STEP = 0.1;
  var MOST = 1e3;
  var DIRECTIONS = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1]
  };
  var PointEditor = class {
    /**
     * @param {object} texts - the words of one language.
     * @param {function} changed - is called after each change of the points.
     * @param {function} moved - is called when only the cross has moved.
     */
    constructor(texts, changed, moved) {
      Object.assign(this, { texts, changed, moved });
      this.dimensions = null;
      this.kept = { 1: [], 2: [] };
      this.count = element("span", {});
      const clear = () => {
        this.kept[this.dimensions] = [];
        this.changed();
      };
      const button = element(
        "button",
        { id: "game-clear", type: "button", click: clear },
        texts.clearPoints
      );
      const hint = element("p", { id: "game-hint" }, texts.drawHint);
      this.element = element("div", { class: "game-editor" }, hint, button, this.count);
    }
    get points() {
      return this.kept[this.dimensions] ?? [];
    }
    /** Makes the picture with so many dimensions one to draw in, or none if it is `null`. */
    show(dimensions) {
      if (dimensions !== this.dimensions) this.cross = null;
      this.dimensions = dimensions;
      this.element.hidden = dimensions === null;
      this.count.textContent = this.texts.pointCount(this.points.length);
      for (const view of this.views) {
        const open = view.dimensions === dimensions;
        view.canvas.classList.toggle("game-open", open);
        view.canvas.setAttribute("role", open ? "application" : "img");
        if (open) view.canvas.setAttribute("aria-describedby", "game-hint");
        else view.canvas.removeAttribute("aria-describedby");
        view.canvas.tabIndex = open ? 0 : -1;
      }
    }
    attach(view) {
      const canvas = view.element;
      const dimensions = view.toPlace(0, 0).length;
      this.views ??= [];
      this.views.push({ canvas, dimensions });
      let last = null;
      canvas.addEventListener("pointerdown", (event) => {
        if (this.dimensions !== dimensions) return;
        canvas.setPointerCapture(event.pointerId);
        this.cross = null;
        last = view.toPlace(event.offsetX, event.offsetY);
        this.add(last);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (!last) return;
        const place = view.toPlace(event.offsetX, event.offsetY);
        if (Math.hypot(...place.map((x, axis) => x - last[axis])) < APART) return;
        last = place;
        this.add(place);
      });
      for (const name of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(name, () => {
          last = null;
        });
      }
      canvas.addEventListener("keydown", (event) => {
        if (this.dimensions === dimensions && this.press(event.key)) event.preventDefault();
      });
    }
    add(point) {
      if (this.points.length < MOST) this.points.push(point);
      this.changed();
    }
    /** Does what a key says; returns whether it says anything. */
    press(key) {
      this.cross ??= Array(this.dimensions).fill(0);
      if (key in DIRECTIONS) {
        this.cross = this.cross.map((x, axis) => {
          const moved = x + STEP * DIRECTIONS[key][axis];
          return Math.min(Math.max(moved, -2.9), 2.9);
        });
        this.moved();
      } else if (key === "Enter" || key === " ") {
        this.add([...this.cross]);
      } else if (key === "Backspace" || key === "Delete") {
        this.points.pop();
        this.changed();
      } else {
        return false;
      }
      return true;
    }
  };

  // src/curve.js
  var LONGEST2 = 400;
  var Curve = class {
    constructor() {
      this.points = [];
      this.width = 1;
      this.open = { sum: 0, count: 0 };
    }
    add(value) {
      this.last = value;
      this.open.sum += value;
      this.open.count += 1;
      if (this.open.count < this.width) return;
      this.points.push(this.open.sum / this.width);
      this.open = { sum: 0, count: 0 };
      if (this.points.length < LONGEST2) return;
      const merged = [];
      for (let i = 0; i < LONGEST2; i += 2) merged.push((this.points[i] + this.points[i + 1]) / 2);
      this.points = merged;
      this.width *= 2;
    }
  };

  // src/random.js
  var Random = class {
    constructor(seed) {
      this.state = seed >>> 0;
      this.spare = null;
    }
    /** A uniform number in [0, 1), by the generator mulberry32 of Tommy Ettinger. */
    uniform() {
      this.state = this.state + 1831565813 | 0;
      let bits = Math.imul(this.state ^ this.state >>> 15, this.state | 1);
      bits ^= bits + Math.imul(bits ^ bits >>> 7, bits | 61);
      return ((bits ^ bits >>> 14) >>> 0) / 2 ** 32;
    }
    /** A number from the standard normal distribution, by the method of Box and Muller. */
    normal() {
      if (this.spare !== null) {
        const value = this.spare;
        this.spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      this.spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    }
    /** An integer from 0 to n - 1. */
    integer(n) {
      return Math.floor(n * this.uniform());
    }
    /** Many standard normal numbers in a `Float64Array`. */
    normals(n) {
      return Float64Array.from({ length: n }, () => this.normal());
    }
    uniforms(n) {
      return Float64Array.from({ length: n }, () => this.uniform());
    }
  };

  // src/session.js
  var SHOWN = 300;
  var ARROWS2 = 120;
  var COUNTED = 2e3;
  var OFFSET = { one: -2, cloud: 1.5 };
  var Session = class {
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
      const count2 = this.dimensions === 1 ? COUNTED : SHOWN;
      this.real = drawSamples(this.data, count2, this.random);
      this.shownNoise = this.random.normals(count2 * this.gan.generator.sizes[0]);
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
      const count2 = this.shownNoise.length / this.gan.generator.sizes[0];
      this.fake = this.gan.generator.forward(this.shownNoise, count2).output;
      this.pull = this.gan.computePull(this.fake.subarray(0, ARROWS2 * this.dimensions), ARROWS2);
      const realLogits = this.judge(this.real.subarray(0, SHOWN * this.dimensions));
      const fakeLogits = this.judge(this.fake.subarray(0, SHOWN * this.dimensions));
      this.realAccuracy = realLogits.filter((l) => l > 0).length / SHOWN;
      this.fakeAccuracy = fakeLogits.filter((l) => l < 0).length / SHOWN;
      this.scale = findScale(realLogits, fakeLogits);
      this.modes = this.data.modes ? countModes(this.data, this.fake) : null;
      this.centre = Array.from({ length: this.dimensions }, (_, axis) => {
        let sum = 0;
        for (let i = 0; i < count2; i++) sum += this.fake[i * this.dimensions + axis];
        return sum / count2;
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
  };
  var PLAIN = { middle: 0, spread: 1 };
  function findScale(...logits) {
    const all = logits.flatMap((each) => [...each]);
    const middle = all.reduce((sum, l) => sum + l, 0) / all.length;
    const variance = all.reduce((sum, l) => sum + (l - middle) ** 2, 0) / all.length;
    return { middle, spread: Math.sqrt(variance) || 1 };
  }
  function buildGAN(settings, dimensions, random) {
    const hidden = settings.networks === "deep" ? [32, 32] : [];
    const activation = dimensions === 1 ? "tanh" : "relu";
    const noise = hidden.length ? 2 * dimensions : dimensions;
    const generator = new Network([noise, ...hidden, dimensions], activation, random);
    const discriminator = new Network([dimensions, ...hidden, 1], activation, random);
    generator.biases.at(-1)[0] = OFFSET[settings.data] ?? 0;
    if (!hidden.length) {
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
      discriminatorOptimizer: new Optimizer({ ...options, rate: settings.discriminatorRate })
    });
  }

  // src/page.js
  var MILLISECONDS = 14;
  var Page = class {
    /**
     * @param {Element} root - what the game is put into.
     * @param {object} texts - the words of one language.
     * @param {object} links - where each preset leads to, in this language.
     */
    constructor(root2, texts, links) {
      Object.assign(this, { root: root2, texts, links });
      this.seed = 1;
      this.running = false;
      this.stepsAFrame = 4;
      this.show = { field: true, arrows: true };
      this.views = { 1: new NumberLine(texts.playground), 2: new Plane(texts.playground) };
      this.chart = new LossChart(texts.describeCurves);
      this.editor = new PointEditor(
        texts,
        () => this.restart(),
        () => this.draw()
      );
      for (const view of Object.values(this.views)) this.editor.attach(view);
      this.build();
      this.choosePreset(location.hash.slice(1) in PRESETS ? location.hash.slice(1) : "ring");
      window.addEventListener("hashchange", () => {
        if (location.hash.slice(1) in PRESETS) this.choosePreset(location.hash.slice(1));
      });
      new ResizeObserver(() => this.draw()).observe(root2);
      const theme = new MutationObserver(() => this.draw());
      theme.observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    }
    build() {
      const { texts } = this;
      const button = (id, words, click) => element("button", { id, type: "button", click }, words);
      this.presets = Object.keys(PRESETS).map(
        (name) => button(`game-preset-${name}`, texts.presetTexts[name].name, () => this.choosePreset(name))
      );
      this.story = element("div", { class: "game-story" });
      this.playButton = button("game-play", texts.start, () => this.toggle());
      this.stepButton = button("game-step", texts.step, () => this.stepOnce());
      const speeds = Object.entries(texts.speeds);
      const transport = [
        this.playButton,
        this.stepButton,
        button("game-reset", texts.reset, () => this.restart()),
        button("game-seed", texts.newStart, () => {
          this.seed += 1;
          this.restart();
        }),
        chooser("game-speed", texts.speed, [[null, speeds]], this.stepsAFrame, (value) => {
          this.stepsAFrame = Number(value);
        })
      ];
      const shown = ["field", "arrows"].map(
        (name) => checkbox(`game-show-${name}`, texts[name], true, (checked) => {
          this.show[name] = checked;
          this.draw();
        })
      );
      this.controls = element("fieldset", { class: "game-settings" });
      this.legend = element("ul", { class: "game-legend" });
      this.readout = element("dl", { class: "game-readout" });
      this.status = element("p", { class: "game-status", id: "game-status", role: "status" });
      const group = (label, name, ...children) => element("div", { role: "group", "aria-label": label, class: name }, ...children);
      const main = [
        ...Object.values(this.views).map((view) => view.element),
        group(texts.controls, "game-transport", ...transport),
        this.editor.element,
        this.legend,
        group(texts.show, "game-shown", ...shown),
        this.status
      ];
      const losses = element("h3", { class: "game-heading" }, texts.lossTitle);
      this.root.replaceChildren(
        group(texts.presets, "game-presets", ...this.presets),
        this.story,
        element(
          "div",
          { class: "game-stage" },
          element("div", { class: "game-main" }, ...main),
          element("div", {}, losses, this.chart.element, this.readout, this.controls)
        )
      );
    }
    choosePreset(name) {
      this.settings = { ...PRESETS[name] };
      this.stop();
      this.tell(name);
      this.refreshControls();
      this.restart();
    }
    /** Shows what a preset shows and how to go on, with the place in the course. */
    tell(name) {
      const { text, attempt, chapter } = this.texts.presetTexts[name];
      this.story.replaceChildren(
        element("p", {}, text),
        element(
          "p",
          {},
          element("strong", {}, this.texts.attempt),
          `${attempt} `,
          element("a", { href: this.links[name] }, chapter)
        )
      );
      for (const button of this.presets) {
        button.setAttribute("aria-pressed", String(button.id === `game-preset-${name}`));
      }
    }
    change(name, value) {
      this.settings[name] = value;
      if (name === "loss" || name === "optimizer" || name === "data") this.refreshControls();
      if (NEEDS_NEW_START.includes(name)) this.restart();
      else this.session.change(this.settings);
      if (this.session.ready) this.session.measure();
      this.draw();
    }
    /** Builds the form anew, as its fields depend on each other, and keeps the focus. */
    refreshControls() {
      const focused = document.activeElement?.id;
      const fields = buildControls(this.texts, this.settings, (...args) => this.change(...args));
      this.controls.replaceChildren(...fields);
      if (focused?.startsWith("game-")) document.getElementById(focused)?.focus();
    }
    get view() {
      return this.views[DATA_SETS[this.settings.data].dimensions];
    }
    restart() {
      const { dimensions, own } = DATA_SETS[this.settings.data];
      this.editor.show(own ? dimensions : null);
      this.session = new Session(this.settings, this.editor.points, this.seed);
      for (const view of Object.values(this.views)) view.element.hidden = view !== this.view;
      this.legend.replaceChildren(...buildLegend(this.texts, this.settings, dimensions));
      if (!this.session.ready) this.stop();
      for (const button of [this.playButton, this.stepButton]) button.disabled = !this.session.ready;
      this.say(this.session.ready ? "" : this.texts.drawFirst);
      this.draw();
    }
    toggle() {
      if (this.running) {
        this.stop();
        this.summarize();
      } else {
        this.running = true;
        this.playButton.textContent = this.texts.stop;
        this.say("");
        requestAnimationFrame(() => this.frame());
      }
    }
    stop() {
      this.running = false;
      this.playButton.textContent = this.texts.start;
    }
    stepOnce() {
      this.stop();
      this.train(1);
      this.summarize();
    }
    frame() {
      if (!this.running) return;
      this.train(this.stepsAFrame);
      requestAnimationFrame(() => this.frame());
    }
    train(steps) {
      const end = performance.now() + MILLISECONDS;
      for (let i = 0; i < steps && (i === 0 || performance.now() < end); i++) this.session.step();
      if (this.session.broken) {
        this.stop();
        for (const button of [this.playButton, this.stepButton]) button.disabled = true;
        this.say(this.texts.broken);
      }
      this.session.measure();
      this.draw();
    }
    say(words) {
      this.status.textContent = words;
    }
    draw() {
      if (!this.session) return;
      this.view.draw(this.session, this.show, this.editor.points, this.editor.cross);
      this.chart.draw(this.session);
      const centre = this.session.centre?.map((x) => x.toFixed(1)).join(", ") ?? "";
      const { dataSets, describe1, describe2 } = this.texts;
      const describe = this.view === this.views[1] ? describe1 : describe2;
      this.view.describe(describe(dataSets[this.settings.data], centre));
      this.read();
    }
    summarize() {
      const { steps, curves } = this.session;
      const losses = [curves.discriminator, curves.generator].map((curve) => format(curve.last));
      this.say(this.texts.summary(steps, ...losses));
    }
    read() {
      const { texts, session } = this;
      const { generator, discriminator } = session.curves;
      const { equilibrium } = LOSSES[this.settings.loss];
      const loss = (curve, resting) => texts.lossValue(format(curve.last), resting === null ? null : format(resting));
      const percent = (part) => Math.round(100 * part);
      const rows = [
        [texts.steps, String(session.steps), ""],
        [texts.discriminatorLoss, loss(discriminator, equilibrium.discriminator), "real"],
        [texts.generatorLoss, loss(generator, equilibrium.generator), "fake"]
      ];
      if (session.ready && this.settings.loss !== "wasserstein") {
        const { realAccuracy, fakeAccuracy } = session;
        const words = texts.accuracyValue(percent(realAccuracy), percent(fakeAccuracy));
        rows.push([texts.accuracy, words, ""]);
      }
      if (session.modes != null && session.data.modes.length > 1) {
        rows.push([texts.modes, texts.modesValue(session.modes, session.data.modes.length), ""]);
      }
      this.readout.replaceChildren(
        ...rows.flatMap(([name, value, kind]) => [
          element("dt", { class: kind }, name),
          element("dd", {}, value)
        ])
      );
    }
  };
  function format(value) {
    if (value === void 0) return "–";
    const words = value.toFixed(3);
    return Number(words) === 0 ? "0.000" : words.replace("-", "−");
  }

  // src/texts.js
  var en = {
    start: "Start",
    stop: "Stop",
    step: "One step",
    reset: "Begin anew",
    newStart: "Other first weights",
    speed: "Speed",
    speeds: { 1: "slow", 4: "medium", 32: "fast" },
    presets: "Examples",
    attempt: "Then try: ",
    controls: "Training",
    settings: "Settings",
    data: "Real samples",
    plane: "in two dimensions",
    line: "in one dimension",
    dataSets: {
      ring: "Ring of eight Gaussians",
      grid: "Grid of nine Gaussians",
      moons: "Two moons",
      cloud: "One cloud",
      points: "Your own points",
      one: "One Gaussian",
      two: "Two Gaussians",
      line: "Your own points on a line"
    },
    networks: "Networks",
    networkKinds: { deep: "two hidden layers", linear: "no hidden layer" },
    loss: "Loss",
    losses: {
      sigmoid_cross_entropy: "non-saturating: −ln D",
      minimax: "saturating: ln(1 − D)",
      wasserstein: "Wasserstein"
    },
    optimizer: "Optimizer",
    optimizers: { sgd: "SGD", adam: "Adam" },
    beta1: "Momentum (beta_1)",
    generatorRate: "Learning rate of G",
    discriminatorRate: "Learning rate of D",
    discriminatorSteps: "Steps of D for each of G",
    penaltyWeight: { r1: "Weight of R1", gradient_penalty: "Weight of the gradient penalty" },
    headStart: "Steps of D before G begins",
    show: "Show",
    field: "D's verdict",
    arrows: "G's gradients",
    real: "real",
    fake: "generated",
    pull: "where G's loss pulls",
    best: "D* = p / (p + q), the best",
    learned: "D, learned",
    score: "D's score, scaled to fit",
    verdict: ["D says generated", "D says real"],
    verdictOfScores: ["low score", "high score"],
    lossTitle: "Losses",
    generatorLoss: "loss of G",
    discriminatorLoss: "loss of D",
    steps: "steps",
    accuracy: "D is right about",
    accuracyValue: (real, fake) => `${real} % of real, ${fake} % of generated samples`,
    modes: "Modes found",
    modesValue: (found, all) => `${found} of ${all}`,
    lossValue: (value, equilibrium) => equilibrium === null ? value : `${value} (at equilibrium ${equilibrium})`,
    summary: (steps, ofD, ofG) => `Stopped at step ${steps}. Loss of D: ${ofD}, loss of G: ${ofG}`,
    broken: "The numbers have overflowed. Begin anew with lower learning rates.",
    drawHint: "Click or drag in the picture to set points. With the keyboard: move the cross by the arrow keys, set a point with Enter, remove the last one with Backspace.",
    drawFirst: "Set some points first: click or drag in the picture.",
    pointCount: (count2) => count2 === 1 ? "1 point" : `${count2} points`,
    clearPoints: "Remove all points",
    playground: "Real and generated samples",
    describe2: (real, fake) => `The plane from −3 to 3. Real samples: ${real}. Generated samples lie around ${fake}.`,
    describe1: (real, fake) => `The line from −4 to 4. Real samples: ${real}. Generated samples lie around ${fake}.`,
    describeCurves: "Both losses against the number of steps, and their values at equilibrium.",
    presetTexts: {
      ring: {
        name: "It finds the ring",
        text: "The generator begins with a small heap in the middle. Within about a thousand steps it finds all eight modes, and both losses settle at their equilibrium: ln 2 and 2 ln 2. Now D is undecided nearly everywhere where there are samples.",
        attempt: "Choose the grid, which is harder, or set the weight of R1 to 0.",
        chapter: "Chapter 3: two dimensions"
      },
      line: {
        name: "In one dimension",
        text: "Here you see what D should say: the best discriminator is D* = p / (p + q), where p and q are the densities of real and of generated samples. D follows it, G moves its samples to where D is higher, and in the end both are near one half where there are samples.",
        attempt: "Set the learning rate of G to 0.0001, and see how close D comes to D*.",
        chapter: "Chapter 3: the discriminator"
      },
      collapse: {
        name: "Collapse",
        text: "D learns ten times more slowly than G. All noise leads to nearly the same sample: the generated samples are one heap, which runs to where D is highest. When D has learned that the heap is generated, it runs on, and so it hunts around the ring. Both losses stay near their equilibrium all the same.",
        attempt: "Set the learning rate of D to 0.2, as that of G, and the weight of R1 to 0.1: the heap spreads, and the modes are found.",
        chapter: "Chapter 8: the second patient"
      },
      circles: {
        name: "Going in circles",
        text: "D's logit is a slope without a bend, and G can only shift and stretch its noise. G runs to where D is higher, D turns away from where G is, and so on: the generated cloud shrinks, circles around the real one and never arrives. After some turns both losses lie near their equilibrium all the same.",
        attempt: "Set the weight of R1 to 0.3: the circle becomes a spiral that leads in.",
        chapter: "Chapter 3: a game that goes round in circles"
      },
      vanishing: {
        name: "Vanishing gradient",
        text: "D was trained for 500 steps before G began, and is sure of every generated sample: its curve is flat at 0 there. The saturating loss is flat at the same place, so its arrows are too short to be seen, and G stays where it is.",
        attempt: "Choose the non-saturating loss and look at the arrows: G sets off at once.",
        chapter: "Chapter 5: two losses for the generator"
      },
      wasserstein: {
        name: "Wasserstein",
        text: "D gives scores in place of probabilities, and the penalty keeps its gradient near 1. So the arrows have about the same length everywhere, however far the samples have to go. The loss of D, without its sign, estimates this distance, and goes towards 0.",
        attempt: "Set the weight of the penalty to 0: nothing holds the scores any more.",
        chapter: "Chapter 5: Wasserstein"
      }
    }
  };
  var zh = {
    start: "开始",
    stop: "停止",
    step: "走一步",
    reset: "重新开始",
    newStart: "换一组初始权重",
    speed: "速度",
    speeds: { 1: "慢", 4: "中", 32: "快" },
    presets: "例子",
    attempt: "接着试试：",
    controls: "训练",
    settings: "设置",
    data: "真实样本",
    plane: "二维",
    line: "一维",
    dataSets: {
      ring: "八个高斯分布围成的圆环",
      grid: "九个高斯分布排成的网格",
      moons: "两弯月牙",
      cloud: "一团点",
      points: "你自己放的点",
      one: "一个高斯分布",
      two: "两个高斯分布",
      line: "你自己在直线上放的点"
    },
    networks: "网络",
    networkKinds: { deep: "两个隐藏层", linear: "没有隐藏层" },
    loss: "损失",
    losses: {
      sigmoid_cross_entropy: "非饱和损失：−ln D",
      minimax: "饱和损失：ln(1 − D)",
      wasserstein: "Wasserstein 损失"
    },
    optimizer: "优化器",
    optimizers: { sgd: "SGD", adam: "Adam" },
    beta1: "动量（beta_1）",
    generatorRate: "G 的学习率",
    discriminatorRate: "D 的学习率",
    discriminatorSteps: "G 每走一步，D 走的步数",
    penaltyWeight: { r1: "R1 的权重", gradient_penalty: "梯度惩罚的权重" },
    headStart: "G 开始之前，D 先走的步数",
    show: "显示",
    field: "D 的判断",
    arrows: "G 的梯度",
    real: "真实样本",
    fake: "生成样本",
    pull: "G 的损失往哪里拉",
    best: "D* = p / (p + q)，最优判别器",
    learned: "D，学到的判别器",
    score: "D 的评分，缩放到图中",
    verdict: ["D 判为生成", "D 判为真实"],
    verdictOfScores: ["评分低", "评分高"],
    lossTitle: "损失",
    generatorLoss: "G 的损失",
    discriminatorLoss: "D 的损失",
    steps: "步数",
    accuracy: "D 判对的比例",
    accuracyValue: (real, fake) => `真实样本 ${real}%，生成样本 ${fake}%`,
    modes: "找到的模式",
    modesValue: (found, all) => `${all} 个中的 ${found} 个`,
    lossValue: (value, equilibrium) => equilibrium === null ? value : `${value}（均衡时 ${equilibrium}）`,
    summary: (steps, ofD, ofG) => `停在第 ${steps} 步。D 的损失：${ofD}，G 的损失：${ofG}`,
    broken: "数值溢出了。请降低学习率，重新开始。",
    drawHint: "在图中点击或拖动，就能放置点。也可以用键盘：方向键移动十字，Enter 键放一个点，Backspace 键删去最后一个点。",
    drawFirst: "请先放几个点：在图中点击或拖动。",
    pointCount: (count2) => `${count2} 个点`,
    clearPoints: "删去所有点",
    playground: "真实样本与生成样本",
    describe2: (real, fake) => `平面，坐标从 −3 到 3。真实样本：${real}。生成样本的中心在 ${fake} 附近。`,
    describe1: (real, fake) => `直线，坐标从 −4 到 4。真实样本：${real}。生成样本的中心在 ${fake} 附近。`,
    describeCurves: "两个损失随步数的变化，以及它们在均衡时的值。",
    presetTexts: {
      ring: {
        name: "找到圆环",
        text: "起初，生成样本只是中间的一小堆。大约一千步之内，生成器就找到全部八个模式，两个损失也稳定在均衡时的值：ln 2 和 2 ln 2。这时，凡是有样本的地方，D 几乎都拿不定主意。",
        attempt: "换成更难的网格，或者把 R1 的权重设为 0。",
        chapter: "第 3 章：二维"
      },
      line: {
        name: "一维",
        text: "在这里能看到 D 应当怎么说：最优判别器是 D* = p / (p + q)，其中 p 和 q 是真实样本和生成样本的概率密度。D 跟着 D* 走，G 把样本移到 D 更高的地方；到最后，在有样本的地方，D 和 D* 都接近二分之一。",
        attempt: "把 G 的学习率设为 0.0001，看看 D 与 D* 能有多接近。",
        chapter: "第 3 章：判别器"
      },
      collapse: {
        name: "崩溃",
        text: "D 学得慢，学习率只有 G 的十分之一。所有噪声都通向几乎同一个样本：生成样本挤成一堆，往 D 最高的地方跑。等 D 学会了这一堆是生成的，它又往别处跑，就这样沿着圆环四处追逐。尽管如此，两个损失一直在均衡时的值附近。",
        attempt: "把 D 的学习率设为 0.2，与 G 相同，再把 R1 的权重设为 0.1：这一堆会散开，各个模式也就找到了。",
        chapter: "第 8 章：第二位病人"
      },
      circles: {
        name: "兜圈子",
        text: "D 的对数几率是一个没有弯折的斜坡，G 只能把噪声平移和拉伸。G 往 D 更高的地方跑，D 就转而背对 G 所在的地方，如此反复：生成的那团点越缩越小，绕着真实的那团点转圈，永远到不了。尽管如此，转过几圈之后，两个损失都在均衡时的值附近。",
        attempt: "把 R1 的权重设为 0.3：圆圈变成螺旋线，一路通向中心。",
        chapter: "第 3 章：兜圈子的博弈"
      },
      vanishing: {
        name: "梯度消失",
        text: "G 开始之前，D 已经训练了 500 步，对每个生成样本都很有把握：它的曲线在那里是平的，值为 0。饱和损失在同样的地方也是平的，所以箭头短得看不见，G 停在原地不动。",
        attempt: "换成非饱和损失，再看箭头：G 立刻动身。",
        chapter: "第 5 章：生成器的两种损失"
      },
      wasserstein: {
        name: "Wasserstein",
        text: "D 给出的是评分，不是概率，惩罚使它的梯度保持在 1 附近。因此，不管样本还要走多远，各处的箭头都差不多长。D 的损失去掉负号，就是对这段距离的估计，它会逐渐趋于 0。",
        attempt: "把惩罚的权重设为 0：评分就再也没有约束了。",
        chapter: "第 5 章：Wasserstein 损失"
      }
    }
  };
  var TEXTS = { en, zh };

  // src/main.js
  var mathematics = { DATA_SETS, drawSamples, GAN, Network, OPTIMIZERS, PRESETS, Random, Session };
  globalThis.dcganGame = { ...mathematics, TEXTS, LINKS };
  var root = document.getElementById("game");
  if (root) {
    const wanted = document.documentElement.lang.slice(0, 2);
    const language = wanted in TEXTS ? wanted : "en";
    globalThis.dcganGame.page = new Page(root, TEXTS[language], LINKS[language]);
  }
})();
