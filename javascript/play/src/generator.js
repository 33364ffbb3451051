// The generator: its weights are unpacked, its layers are prepared, and then it draws.

import * as tf from "@tensorflow/tfjs-core";
import { LAYERS } from "./layers.js";

/** Decodes base64 and gunzips it: a promise of bytes. */
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Reads numbers of 16 bits (binary16 of IEEE 754) whose upper bytes come first, all together.
 *
 * @param {Uint8Array} bytes
 * @returns {Float32Array}
 */
export function readHalves(bytes) {
  const count = bytes.length / 2;
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const high = bytes[i];
    const exponent = (high >> 2) & 31;
    const fraction = ((high & 3) << 8) | bytes[count + i];
    const size = exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24;
    numbers[i] = high & 128 ? -size : size;
  }
  return numbers;
}

/**
 * Makes the arrays that the page holds. Each was divided by its `scale`, and those that need it are
 * the sum of two numbers of 16 bits.
 *
 * @param {{shape: number[], scale: number, parts: number}[]} entries
 * @param {Float32Array} numbers
 * @returns {{shape: number[], values: Float32Array}[]}
 */
export function readArrays(entries, numbers) {
  let from = 0;
  return entries.map(({ shape, scale, parts }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(count);
    for (let part = 0; part < parts; part++) {
      for (let i = 0; i < count; i++) values[i] += numbers[from + i];
      from += count;
    }
    return { shape, values: values.map((value) => value * scale) };
  });
}

/**
 * Prepares the generator.
 *
 * @param graph {nodes, outputs}; a node has a layer, inputs (numbers of earlier nodes; the first ones
 *   are noise and label), attributes and weights (numbers of arrays)
 * @param arrays what `readArrays` returns
 * @returns a function from noise, a list of Float32Arrays, and the label of all of them to the values
 *   of all pixels, a Float32Array
 */
export function prepareGenerator({ inputs, nodes, output }, arrays) {
  const layers = nodes.map(({ layer, attributes, weights }) =>
    LAYERS[layer](
      attributes,
      weights.map((i) => tf.tensor(arrays[i].values, arrays[i].shape)),
    ),
  );
  return (noise, label) =>
    tf.tidy(() => {
      const known = [tf.stack(noise.map((each) => tf.tensor1d(each)))];
      if (inputs === 2) known.push(tf.fill([noise.length], label, "int32"));
      for (const [i, { inputs }] of nodes.entries()) {
        known.push(layers[i](...inputs.map((from) => known[from])));
      }
      return known[output].dataSync();
    });
}
