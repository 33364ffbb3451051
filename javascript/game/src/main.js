/** Puts the game into the page, and its parts into `dcganGame` for a console and tests. */

import { DATA_SETS, drawSamples } from "./data.js";
import { GAN } from "./gan.js";
import { Network } from "./network.js";
import { OPTIMIZERS } from "./optimizers.js";
import { Page } from "./page.js";
import { Random } from "./random.js";
import { Session } from "./session.js";
import { LINKS, PRESETS } from "./settings.js";
import { TEXTS } from "./texts.js";

const mathematics = { DATA_SETS, drawSamples, GAN, Network, OPTIMIZERS, PRESETS, Random, Session };
globalThis.dcganGame = { ...mathematics, TEXTS, LINKS };

const root = document.getElementById("game");
if (root) {
  const wanted = document.documentElement.lang.slice(0, 2);
  const language = wanted in TEXTS ? wanted : "en";
  globalThis.dcganGame.page = new Page(root, TEXTS[language], LINKS[language]);
}
