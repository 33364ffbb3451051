/**
 * Puts the modules of the game into one file, docs/static/game.js, that a page opened from a disk
 * can load. The file begins with a checksum of its sources, by which a test without node sees
 * whether it is up to date.
 *
 *     cd javascript/game && npm ci && npm run build
 *
 * With --check it writes nothing, and fails if the file is not what it would write.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const target = "../../docs/static/game.js";
const hash = createHash("sha256");
for (const name of readdirSync("src").sort()) hash.update(readFileSync(`src/${name}`));
const sum = hash.digest("hex");
const result = await build({
  entryPoints: ["src/main.js"],
  bundle: true,
  write: false,
  format: "iife",
  charset: "utf8",
  target: "es2022",
  banner: { js: `// Built from javascript/game/src by build.mjs. sha256 of the sources: ${sum}` },
});
const [{ text }] = result.outputFiles;
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("docs/static/game.js is not what its sources give. Run: npm run build");
  process.exitCode = 1;
}
