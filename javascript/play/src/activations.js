// The activations by the names that Keras gives them. `ACTIVATIONS` in exported_layers.py has the same names.

import * as tf from "@tensorflow/tfjs-core";

const hardSigmoid = (x) => tf.clipByValue(tf.add(tf.mul(x, 1 / 6), 0.5), 0, 1);
const softplus = (x) => tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1)));
const silu = (x) => tf.mul(x, tf.sigmoid(x));

export const ACTIVATIONS = {
  elu: (x) => tf.elu(x),
  exponential: (x) => tf.exp(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  hard_sigmoid: hardSigmoid,
  hard_silu: (x) => tf.mul(x, hardSigmoid(x)),
  leaky_relu: (x) => tf.leakyRelu(x, 0.2),
  linear: (x) => x,
  mish: (x) => tf.mul(x, tf.tanh(softplus(x))),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.clipByValue(x, 0, 6),
  selu: (x) => tf.selu(x),
  sigmoid: (x) => tf.sigmoid(x),
  silu,
  softmax: (x) => tf.softmax(x),
  softplus,
  softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  tanh: (x) => tf.tanh(x),
};
