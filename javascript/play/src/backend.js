// The parts of TensorFlow.js that the layers need, and which of its two backends computes.
//
// We register single kernels, the computations of a backend, because all of them would make the page
// twice as large. A new operation in layers.js may need a kernel more.

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm/dist/base.js";
import { env, registerKernel, setBackend } from "@tensorflow/tfjs-core";
import * as cpu from "./kernels_cpu.js";
import * as wasm from "./kernels_wasm.js";
import "@tensorflow/tfjs-backend-cpu/dist/base.js";

// A module with one function that adds two vectors of four numbers.
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26,
  11,
]);

/**
 * Starts the fastest backend that this browser allows.
 *
 * @param {Uint8Array} binary the WebAssembly file of TensorFlow.js
 * @returns {Promise<"wasm" | "cpu">}
 */
export async function startBackend(binary) {
  for (const kernel of Object.values(cpu)) registerKernel(kernel);
  if (!(await canRun(binary))) {
    await setBackend("cpu");
    return "cpu";
  }
  for (const kernel of Object.values(wasm)) registerKernel(kernel);
  env().set("WASM_HAS_SIMD_SUPPORT", true);
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  // TensorFlow.js would fetch the file, which a page cannot do that was opened from a file.
  env().platform.fetch = async () => ({ ok: true, arrayBuffer: async () => binary });
  setWasmPaths("inside/", true);
  const started = await setBackend("wasm");
  if (!started) await setBackend("cpu");
  return started ? "wasm" : "cpu";
}

async function canRun(binary) {
  try {
    if (!WebAssembly.validate(SIMD_PROBE)) return false;
    await WebAssembly.compile(binary);
    return true;
  } catch {
    return false;
  }
}
