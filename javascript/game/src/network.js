/**
 * Dense networks with backpropagation by hand.
 *
 * Layer k computes z_k = a_{k-1} W_k + b_k and a_k = f(z_k), where a_0 is the input. The last
 * layer has no activation function f: its z is the output. Kernels have the shape that Keras gives
 * them, inputs x units.
 */

import {
  addRows,
  addTo,
  addToRows,
  addTransposedProduct,
  multiply,
  multiplyByTransposed,
} from "./matrix.js";

/** Activation functions; `slope` and `bend` are f' and f'', computed from the value a = f(z). */
export const ACTIVATIONS = {
  relu: { value: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0), bend: () => 0 },
  tanh: { value: Math.tanh, slope: (a) => 1 - a * a, bend: (a) => -2 * a * (1 - a * a) },
};

export class Network {
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
    const ofSums = []; // g_1, ..., g_L
    const ofValues = []; // h_1, ..., h_{L-1}
    ofSums[last] = new Float64Array(pass.n).fill(1);
    for (let k = last; k > 0; k--) {
      const [inputs, units] = [this.sizes[k], this.sizes[k + 1]];
      const gradient = multiplyByTransposed(ofSums[k], this.kernels[k], pass.n, units, inputs);
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
}
