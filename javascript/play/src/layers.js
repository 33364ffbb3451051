// The layers: for each one a function that takes its attributes and weights, and returns what turns
// its inputs into its output. `EXPORTERS` in exported_layers.py has the same names.

import * as tf from "@tensorflow/tfjs-core";
import { resizeBilinear } from "@tensorflow/tfjs-core/dist/ops/image/resize_bilinear.js";
import { resizeNearestNeighbor } from "@tensorflow/tfjs-core/dist/ops/image/resize_nearest_neighbor.js";
import { ACTIVATIONS } from "./activations.js";
import { joinDoubled, prepareTransposed } from "./convolutions.js";
import { prepareRecurrence, splitGates } from "./recurrence.js";

const same = () => (x) => x;

// Gives all inputs as many axes as the largest has. Keras puts the new ones after the batch.
function align(all) {
  const rank = Math.max(...all.map((x) => x.rank));
  return all.map((x) => {
    const [batch, ...rest] = x.shape;
    return tf.reshape(x, [batch, ...Array(rank - x.rank).fill(1), ...rest]);
  });
}

const fold =
  (operation) =>
  () =>
  (...all) =>
    align(all).reduce((a, b) => operation(a, b));
const addBias = (x, bias) => (bias ? tf.add(x, bias) : x);
const scaleAndShift = (x, scale, shift) => tf.add(tf.mul(x, scale), shift);

// Multiplies the last axis by a matrix, for any number of axes before it.
function multiply(x, kernel) {
  const flat = tf.matMul(tf.reshape(x, [-1, kernel.shape[0]]), kernel);
  return tf.reshape(flat, [...x.shape.slice(0, -1), kernel.shape[1]]);
}

// Normalises a tensor by its mean and its variance over some axes.
function normalize(x, axes, epsilon) {
  const centred = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centred), axes, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
}

export const LAYERS = {
  Activation: ({ activation }) => ACTIVATIONS[activation],
  Add: fold(tf.add),
  Average:
    () =>
    (...all) =>
      tf.div(fold(tf.add)()(...all), all.length),
  AveragePooling2D:
    ({ size, strides, padding }) =>
    (x) =>
      tf.avgPool(x, size, strides, padding),
  BatchNormalization:
    (_, [scale, shift]) =>
    (x) =>
      scaleAndShift(x, scale, shift),
  Concatenate:
    ({ axis }) =>
    (...all) =>
      tf.concat(all, axis),
  Conv2D:
    ({ strides, padding, dilation, activation }, [kernel, bias]) =>
    (x) =>
      ACTIVATIONS[activation](
        addBias(tf.conv2d(x, kernel, strides, padding, "NHWC", dilation), bias),
      ),
  Conv2DTranspose({ strides, before, size, activation }, [kernel, bias]) {
    const convolve = prepareTransposed(kernel, strides, before, size);
    return (x) => ACTIVATIONS[activation](addBias(convolve(x), bias));
  },
  Cropping2D:
    ({ before, size }) =>
    (x) =>
      tf.slice(x, [0, ...before, 0], [x.shape[0], ...size, x.shape[3]]),
  Dense:
    ({ activation }, [kernel, bias]) =>
    (x) =>
      ACTIVATIONS[activation](addBias(multiply(x, kernel), bias)),
  DepthwiseConv2D:
    ({ strides, padding, dilation, activation }, [kernel, bias]) =>
    (x) =>
      ACTIVATIONS[activation](
        addBias(tf.depthwiseConv2d(x, kernel, strides, padding, "NHWC", dilation), bias),
      ),
  Dropout: same,
  ELU:
    ({ alpha }) =>
    (x) =>
      tf.sub(tf.relu(x), tf.mul(tf.sub(1, tf.exp(tf.minimum(x, 0))), alpha)),
  Embedding:
    (_, [table]) =>
    (x) =>
      tf.gather(table, tf.cast(x, "int32")),
  Flatten: () => (x) => tf.reshape(x, [x.shape[0], -1]),
  GRU({ activation, gate, resetAfter, ...attributes }, [kernel, recurrent, bias, recurrentBias]) {
    const [act, open] = [ACTIVATIONS[activation], ACTIVATIONS[gate]];
    const { units } = attributes;
    const gates = tf.slice(recurrent, [0, 0], [units, 2 * units]);
    const candidates = tf.slice(recurrent, [0, 2 * units], [units, units]);
    return prepareRecurrence(attributes, kernel, bias, 1, (input, [state]) => {
      const [updateIn, resetIn, newIn] = splitGates(input, 3);
      let update, reset, remembered;
      if (resetAfter) {
        const inner = splitGates(addBias(tf.matMul(state, recurrent), recurrentBias), 3);
        update = open(tf.add(updateIn, inner[0]));
        reset = open(tf.add(resetIn, inner[1]));
        remembered = tf.mul(reset, inner[2]);
      } else {
        const inner = splitGates(tf.matMul(state, gates), 2);
        update = open(tf.add(updateIn, inner[0]));
        reset = open(tf.add(resetIn, inner[1]));
        remembered = tf.matMul(tf.mul(reset, state), candidates);
      }
      const next = act(tf.add(newIn, remembered));
      return [tf.add(next, tf.mul(update, tf.sub(state, next)))];
    });
  },
  GlobalAveragePooling2D:
    ({ keepdims }) =>
    (x) =>
      tf.mean(x, [1, 2], keepdims),
  GlobalMaxPooling2D:
    ({ keepdims }) =>
    (x) =>
      tf.max(x, [1, 2], keepdims),
  GroupNormalization:
    ({ groups, epsilon }, [scale, shift]) =>
    (x) => {
      const [batch, channels] = [x.shape[0], x.shape.at(-1)];
      const apart = tf.reshape(x, [batch, -1, groups, channels / groups]);
      return scaleAndShift(tf.reshape(normalize(apart, [1, 3], epsilon), x.shape), scale, shift);
    },
  LSTM({ activation, gate, ...attributes }, [kernel, recurrent, bias]) {
    const [act, open] = [ACTIVATIONS[activation], ACTIVATIONS[gate]];
    return prepareRecurrence(attributes, kernel, bias, 2, (input, [state, cell]) => {
      const [write, forget, fresh, read] = splitGates(
        tf.add(input, tf.matMul(state, recurrent)),
        4,
      );
      const kept = tf.mul(open(forget), cell);
      const next = tf.add(kept, tf.mul(open(write), act(fresh)));
      return [tf.mul(open(read), act(next)), next];
    });
  },
  LayerNormalization:
    ({ axes, epsilon }, [scale, shift]) =>
    (x) =>
      scaleAndShift(normalize(x, axes, epsilon), scale, shift),
  LeakyReLU:
    ({ slope }) =>
    (x) =>
      tf.leakyRelu(x, slope),
  MaxPooling2D:
    ({ size, strides, padding }) =>
    (x) =>
      tf.maxPool(x, size, strides, padding),
  Maximum: fold(tf.maximum),
  Minimum: fold(tf.minimum),
  Multiply: fold(tf.mul),
  PReLU:
    (_, [slope]) =>
    (x) =>
      tf.add(tf.relu(x), tf.mul(slope, tf.minimum(x, 0))),
  Permute:
    ({ axes }) =>
    (x) =>
      tf.transpose(x, axes),
  ReLU:
    ({ most, slope, threshold }) =>
    (x) => {
      const low = tf.mul(tf.sub(x, threshold), slope);
      const high = most === null ? x : tf.minimum(x, most);
      return tf.where(tf.greaterEqual(x, threshold), high, low);
    },
  RepeatVector:
    ({ times }) =>
    (x) =>
      tf.tile(tf.reshape(x, [x.shape[0], 1, x.shape[1]]), [1, times, 1]),
  Rescaling:
    (_, [scale, shift]) =>
    (x) =>
      scaleAndShift(x, scale, shift),
  Reshape:
    ({ shape }) =>
    (x) =>
      tf.reshape(x, [x.shape[0], ...shape]),
  SelfModulation:
    (_, [hidden, hiddenBias, outer, outerBias, scale, shift]) =>
    (x, noise) => {
      const made = addBias(
        multiply(tf.relu(addBias(multiply(noise, hidden), hiddenBias)), outer),
        outerBias,
      );
      const shape = [x.shape[0], 1, 1, x.shape[3]];
      const [factor, offset] = tf.split(made, 2, 1).map((part) => tf.reshape(part, shape));
      return scaleAndShift(scaleAndShift(x, scale, shift), tf.add(factor, 1), offset);
    },
  SimpleRNN({ activation, ...attributes }, [kernel, recurrent, bias]) {
    const act = ACTIVATIONS[activation];
    return prepareRecurrence(attributes, kernel, bias, 1, (input, [state]) => [
      act(tf.add(input, tf.matMul(state, recurrent))),
    ]);
  },
  Softmax:
    ({ axis }) =>
    (x) => {
      const powers = tf.exp(tf.sub(x, tf.max(x, axis, true)));
      return tf.div(powers, tf.sum(powers, axis, true));
    },
  Subtract: fold(tf.sub),
  UpConv2D({ strides, before, size, activation }, [kernel, bias]) {
    const convolve = prepareTransposed(joinDoubled(kernel), strides, before, size);
    return (x) => ACTIVATIONS[activation](addBias(convolve(x), bias));
  },
  UpSampling2D:
    ({ size, interpolation }) =>
    (x) => {
      const resize = interpolation === "nearest" ? resizeNearestNeighbor : resizeBilinear;
      return resize(x, size, false, true);
    },
  ZeroPadding2D:
    ({ edges }) =>
    (x) =>
      tf.pad(x, [[0, 0], ...edges, [0, 0]]),
};
