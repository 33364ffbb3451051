// The page: it reads what it contains, starts the generator, and adds the controls.

import { ACTIVATIONS } from "./activations.js";
import { startBackend } from "./backend.js";
import { addLabels, addSliders, addWay, byId } from "./controls.js";
import { addField } from "./field.js";
import { prepareGenerator, readArrays, readHalves, unpack } from "./generator.js";
import { LAYERS } from "./layers.js";
import { drawNoise, slerp } from "./noise.js";
import { measureFrames } from "./speed.js";
import { Studio } from "./studio.js";
import { chooseLanguage, TEXTS } from "./texts.js";

const content = JSON.parse(byId("content").textContent);
const texts = TEXTS[content.language ?? chooseLanguage(navigator.languages)];

function writeTexts() {
  document.documentElement.lang = texts.tag;
  document.title = texts.title(content.name);
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = texts[element.dataset.text];
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", texts[element.dataset.label]);
  }
  byId("picture").setAttribute("aria-label", texts.picture);
}

function showSpeed(studio, backend) {
  const { milliseconds, frames } = studio;
  const each = milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds);
  byId("speed").textContent =
    texts.speed(texts.backend[backend], each) +
    (frames === null ? "" : texts.frames(Math.round(frames)));
}

async function start() {
  const [wasm, packed] = await Promise.all(
    ["wasm", "weights"].map((id) => unpack(byId(id).textContent)),
  );
  const backend = await startBackend(wasm);
  const arrays = readArrays(content.arrays, readHalves(packed));
  const directions = arrays.slice(arrays.length - content.directions).map(({ values }) => values);
  const generate = prepareGenerator(content.graph, arrays);
  const studio = new Studio(generate, content.shape, byId("picture"));

  if (content.labels) addLabels(studio, content.labels);
  addSliders(studio, directions, content.shares, texts);
  if (directions.length > 1) addField(studio, directions, texts);
  addWay(studio, content.latentDim);
  byId("new-noise").addEventListener("click", () => studio.setNoise(drawNoise(content.latentDim)));

  let shown = 0;
  studio.addEventListener("drawn", () => {
    if (performance.now() - shown < 400) return;
    shown = performance.now();
    showSpeed(studio, backend);
  });
  document.querySelector("main").hidden = false;
  studio.setNoise(drawNoise(content.latentDim));
  for (let i = 0; i < 3; i++) studio.draw(); // the first pictures take longer, and do not count
  studio.milliseconds = null;
  for (let i = 0; i < 3; i++) studio.draw();
  showSpeed(studio, backend);

  // For tests, and for the curious who open the console.
  window.play = {
    backend,
    studio,
    texts: TEXTS,
    layers: Object.keys(LAYERS),
    activations: Object.keys(ACTIVATIONS),
    /** Frames a second while the noise moves along a circle. */
    measure(seconds = 2) {
      const ends = [drawNoise(content.latentDim), drawNoise(content.latentDim)];
      return measureFrames((i) => {
        studio.noise = slerp(...ends, (1 - Math.cos(i / 20)) / 2);
        studio.draw();
      }, seconds);
    },
  };
}

writeTexts();
start().catch((error) => {
  byId("failure").textContent = texts.failure(error.message);
  byId("failure").hidden = false;
  throw error;
});
