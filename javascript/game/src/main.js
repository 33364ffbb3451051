/** Puts the game into the page, and the mathematics into `dcganGame` for a console and tests. */

import { DATA_SETS, drawSamples } from "./data.js";
import { GAN } from "./gan.js";
import { Network } from "./network.js";
import { OPTIMIZERS } from "./optimizers.js";
import { Page } from "./page.js";
import { Random } from "./random.js";
import { Session } from "./session.js";
import { PRESETS } from "./settings.js";
import { TEXTS } from "./texts.js";

const mathematics = { DATA_SETS, drawSamples, GAN, Network, OPTIMIZERS, PRESETS, Random, Session };
globalThis.dcganGame = mathematics;

const root = document.getElementById("game");
if (root) {
  const language = document.documentElement.lang.slice(0, 2);
  globalThis.dcganGame.page = new Page(root, TEXTS[language] ?? TEXTS.en);
}
