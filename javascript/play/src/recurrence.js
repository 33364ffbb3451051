// Recurrent layers, step by step. Keras writes the weights of all gates side by side.

import * as tf from "@tensorflow/tfjs-core";

/**
 * Makes a layer that goes through sequences.
 *
 * @param attributes what all recurrent layers have: units, goBackwards, returnSequences
 * @param {Tensor} kernel float (channels, gates * units), for the inputs
 * @param {Tensor} bias float (gates * units,), or undefined
 * @param {number} states how many states the step needs, each (batch, units)
 * @param step function from the inputs of a step, already multiplied by the kernel, and the list of
 *   states to the new list of states, of which the first one is the output
 */
export function prepareRecurrence(attributes, kernel, bias, states, step) {
  const { units, goBackwards, returnSequences } = attributes;
  return (x) => {
    const [batch, steps, channels] = x.shape;
    const flat = tf.matMul(tf.reshape(x, [batch * steps, channels]), kernel);
    const all = tf.reshape(bias ? tf.add(flat, bias) : flat, [batch, steps, kernel.shape[1]]);
    const inputs = tf.unstack(all, 1);
    let state = Array.from({ length: states }, () => tf.zeros([batch, units]));
    const outputs = [];
    for (const input of goBackwards ? inputs.reverse() : inputs) {
      state = step(input, state);
      outputs.push(state[0]);
    }
    return returnSequences ? tf.stack(outputs, 1) : outputs.at(-1);
  };
}

/** Splits (batch, gates * units) into its gates. */
export function splitGates(x, gates) {
  return tf.split(x, gates, 1);
}
