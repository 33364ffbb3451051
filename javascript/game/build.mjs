/**
 * Puts the modules of the game into one file, docs/static/game.js, that a page opened from a disk
 * can load. The file begins with a checksum of its sources, by which a test sees whether it is up
 * to date.
 *
 *     cd javascript/game && npm ci && npm run build
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";

const hash = createHash("sha256");
for (const name of readdirSync("src").sort()) hash.update(readFileSync(`src/${name}`));

await build({
  entryPoints: ["src/main.js"],
  bundle: true,
  format: "iife",
  charset: "utf8",
  target: "es2022",
  outfile: "../../docs/static/game.js",
  banner: {
    js: `// Built from javascript/game/src by build.mjs. sha256 of the sources: ${hash.digest("hex")}`,
  },
});
