/** The two optimizers. Both change the variables of a network in place, as Keras does. */

export class SGD {
  constructor({ rate }) {
    this.rate = rate;
  }

  apply(gradients, variables) {
    for (const [k, variable] of variables.entries()) {
      for (let i = 0; i < variable.length; i++) variable[i] -= this.rate * gradients[k][i];
    }
  }
}

/** Adam (Kingma and Ba 2015). */
export class Adam {
  constructor({ rate, beta1 = 0, beta2 = 0.99 }) {
    Object.assign(this, { rate, beta1, beta2, steps: 0, means: null, squares: null });
  }

  apply(gradients, variables) {
    this.means ??= variables.map((variable) => new Float64Array(variable.length));
    this.squares ??= variables.map((variable) => new Float64Array(variable.length));
    this.steps += 1;
    const { beta1, beta2, steps } = this;
    const rate = (this.rate * Math.sqrt(1 - beta2 ** steps)) / (1 - beta1 ** steps);
    for (const [k, variable] of variables.entries()) {
      const [mean, square, gradient] = [this.means[k], this.squares[k], gradients[k]];
      for (let i = 0; i < variable.length; i++) {
        mean[i] += (gradient[i] - mean[i]) * (1 - beta1);
        square[i] += (gradient[i] ** 2 - square[i]) * (1 - beta2);
        variable[i] -= (rate * mean[i]) / (Math.sqrt(square[i]) + 1e-7);
      }
    }
  }
}

export const OPTIMIZERS = { sgd: SGD, adam: Adam };
