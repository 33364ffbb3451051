// Convolutions, and transposed ones as ordinary convolutions: WebAssembly computes these far faster.
//
// A transposed convolution with stride s puts a kernel onto every pixel of a picture that is s times
// as large. Output pixels whose places leave the same remainder when divided by s form a *phase*: all
// of them meet the same weights of the kernel. So one ordinary convolution, with a channel for each
// phase and filter, computes them all, and then the phases are laid side by side.

import * as tf from "@tensorflow/tfjs-core";

/**
 * Prepares a transposed convolution.
 *
 * @param {Tensor} kernel float (rows, columns, filters, channels)
 * @param {number[]} strides [down, right]
 * @param {number[]} before pixels that are cut off at the top and at the left
 * @param {number[]} size [height, width] of the pictures that it makes
 * @returns a function from pictures (batch, height, width, channels) to (batch, ...size, filters)
 */
export function prepareTransposed(kernel, strides, before, size) {
  const filters = kernel.shape[2];
  const phases = splitIntoPhases(kernel, strides);
  const [rows, columns] = phases.shape;
  const [down, right] = strides;
  return (x) => {
    const edges = [
      [0, 0],
      [rows - 1, rows - 1],
      [columns - 1, columns - 1],
      [0, 0],
    ];
    const made = tf.conv2d(tf.pad(x, edges), phases, 1, "valid");
    const [batch, height, width] = made.shape;
    const apart = tf.reshape(made, [batch * height, width, down, right * filters]);
    const lines = tf.transpose(apart, [0, 2, 1, 3]);
    const whole = tf.reshape(lines, [batch, height * down, width * right, filters]);
    return tf.slice(whole, [0, ...before, 0], [batch, ...size, filters]);
  };
}

// Turns a kernel (rows, columns, filters, channels) into one of stride 1, mirrored, with the shape
// (rows of a phase, columns of a phase, channels, phases * filters).
function splitIntoPhases(kernel, [down, right]) {
  const [rows, columns, filters, channels] = kernel.shape;
  const taps = [Math.ceil(rows / down), Math.ceil(columns / right)];
  const old = kernel.dataSync();
  const outputs = down * right * filters;
  const split = new Float32Array(taps[0] * taps[1] * channels * outputs);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const tap =
        (taps[0] - 1 - Math.floor(row / down)) * taps[1] +
        (taps[1] - 1 - Math.floor(column / right));
      const phase = (row % down) * right + (column % right);
      for (let filter = 0; filter < filters; filter++) {
        const from = ((row * columns + column) * filters + filter) * channels;
        for (let channel = 0; channel < channels; channel++) {
          split[(tap * channels + channel) * outputs + phase * filters + filter] =
            old[from + channel];
        }
      }
    }
  }
  return tf.tensor(split, [...taps, channels, outputs]);
}

/**
 * Adds up the weights of a kernel that meet the same pixel of a picture whose pixels were doubled.
 *
 * @param {Tensor} kernel float (rows, columns, channels, filters), for the doubled picture
 * @returns {Tensor} float (rows + 1, columns + 1, filters, channels) of the transposed convolution
 *   with stride 2 that makes the same picture
 */
export function joinDoubled(kernel) {
  const mirrored = tf.reverse(kernel, [0, 1]);
  const none = [0, 0];
  const down = tf.add(
    tf.pad(mirrored, [[0, 1], none, none, none]),
    tf.pad(mirrored, [[1, 0], none, none, none]),
  );
  const both = tf.add(
    tf.pad(down, [none, [0, 1], none, none]),
    tf.pad(down, [none, [1, 0], none, none]),
  );
  return tf.transpose(both, [0, 1, 3, 2]);
}
