// Builds what the package ships: `npm ci && npm run build` in this folder.
//
// It joins our modules with the parts of TensorFlow.js that they use into one file, play.js, and
// copies the WebAssembly file. Its first line holds a digest of all sources, by which a test notices
// that somebody has changed a module and not built again. With --check it writes nothing, and fails if
// the files are not what it would write.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const assets = new URL("../../dcgan_tf/runs/assets/", here);
const wasm = "node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";

function digestSources() {
  const sources = readdirSync(new URL("src/", here)).map((name) => `src/${name}`);
  const hash = createHash("sha256");
  for (const name of [...sources, "build.mjs", "package-lock.json"].sort()) {
    hash.update(`${name}\n`).update(readFileSync(new URL(name, here)));
  }
  return hash.digest("hex");
}

// The threads of WebAssembly need a server that allows them, which a page from a file does not have.
const withoutThreads = {
  name: "without-threads",
  setup({ onLoad }) {
    onLoad({ filter: /tfjs-backend-wasm-threaded-simd(\.worker)?\.js$/ }, () => ({
      contents: "export default null; export const wasmWorkerContents = '';",
    }));
  },
};

const result = await build({
  absWorkingDir: here.pathname,
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "eof",
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  // Parts of TensorFlow.js for Node, and for random numbers that we do not draw with it.
  external: [
    "fs",
    "path",
    "worker_threads",
    "perf_hooks",
    "os",
    "crypto",
    "util",
    "node-fetch",
    "string_decoder",
  ],
  plugins: [withoutThreads],
  write: false,
  metafile: process.argv.includes("--sizes"),
});
if (result.metafile) {
  const inputs = Object.values(result.metafile.outputs)[0].inputs;
  const sizes = Object.entries(inputs).map(([name, { bytesInOutput }]) => [bytesInOutput, name]);
  for (const [bytes, name] of sizes.sort((a, b) => b[0] - a[0]).slice(0, 25))
    console.log(bytes, name);
}
const [{ text }] = result.outputFiles;
const built = {
  "play.js": Buffer.from(`// sources: ${digestSources()}\n${text}`),
  "tensorflow.wasm": readFileSync(new URL(wasm, here)),
};
mkdirSync(assets, { recursive: true });
for (const [name, content] of Object.entries(built)) {
  const target = new URL(name, assets);
  if (!process.argv.includes("--check")) {
    writeFileSync(target, content);
    console.log(`${name}: ${content.length} bytes`);
  } else if (!readFileSync(target).equals(content)) {
    console.error(`${target.pathname} is not what its sources give. Run: npm run build`);
    process.exitCode = 1;
  }
}
