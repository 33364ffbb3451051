// The controls of the page: sliders, labels, and the way between two pictures.

import { drawNoise, findPlace, moveTo, slerp } from "./noise.js";
import { setSize } from "./picture.js";

export const REACH = 3; // how far the controls go: only 3 of 1,000 normal numbers lie beyond
const TRAVEL_SECONDS = 4; // from one picture to the other

export const byId = (id) => document.getElementById(id);
export const toText = (number) => number.toFixed(1).replace("-0.0", "0.0").replace("-", "−");

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

/** One slider for each direction of the noise. */
export function addSliders(studio, directions, shares, texts) {
  const rows = directions.map((direction, i) => {
    const label = make("label");
    const share = texts.share(i + 1, Math.round(100 * shares[i]));
    label.title = share;
    const slider = make("input", { type: "range", min: -REACH, max: REACH, step: 0.05 });
    slider.setAttribute("aria-label", share);
    const output = make("output");
    label.append(make("span", { className: "number", textContent: i + 1 }), slider, output);
    slider.addEventListener("input", () =>
      studio.setNoise(moveTo(studio.noise, direction, Number(slider.value)), slider),
    );
    studio.addEventListener("change", ({ detail }) => {
      const place = findPlace(studio.noise, direction);
      if (detail !== slider) slider.value = place;
      output.textContent = toText(place);
    });
    return label;
  });
  byId("directions")
    .querySelector(".sliders")
    .append(...rows);
}

/** One button for each label. */
export function addLabels(studio, names) {
  const buttons = names.map((name, i) => {
    const button = make("button", { type: "button", textContent: name });
    button.addEventListener("click", () => studio.setLabel(i));
    return button;
  });
  studio.addEventListener("change", () => {
    for (const [i, button] of buttons.entries()) {
      button.setAttribute("aria-pressed", i === studio.label);
    }
  });
  byId("labels")
    .querySelector(".choices")
    .append(...buttons);
  byId("labels").hidden = false;
}

/** Two pictures that are kept, and the way between them. */
export function addWay(studio, latentDim) {
  const slider = byId("between");
  const travel = byId("travel");
  const ends = ["first", "last"].map((id) => {
    setSize(byId(id), studio.shape);
    return { canvas: byId(id), noise: drawNoise(latentDim) };
  });
  const go = () =>
    studio.setNoise(slerp(ends[0].noise, ends[1].noise, Number(slider.value)), slider);
  const drawEnds = () => {
    for (const { canvas, noise } of ends) studio.drawAside(canvas, noise);
  };

  for (const [i, id] of ["keep-first", "keep-last"].entries()) {
    byId(id).addEventListener("click", () => {
      ends[i].noise = studio.noise;
      studio.drawAside(ends[i].canvas, studio.noise);
      slider.value = i;
    });
  }
  slider.addEventListener("input", () => {
    stop();
    go();
  });

  let timer = null;
  function stop() {
    cancelAnimationFrame(timer);
    timer = null;
    travel.setAttribute("aria-pressed", false);
  }
  function start() {
    travel.setAttribute("aria-pressed", true);
    let phase = Math.acos(1 - 2 * Number(slider.value)); // slow at both ends, as a pendulum
    let before = null;
    const next = (time) => {
      phase += before === null ? 0 : (Math.PI * (time - before)) / (1000 * TRAVEL_SECONDS);
      before = time;
      slider.value = (1 - Math.cos(phase)) / 2;
      go();
      timer = requestAnimationFrame(next);
    };
    timer = requestAnimationFrame(next);
  }
  travel.addEventListener("click", () => (timer === null ? start() : stop()));
  // Whatever else is moved ends the journey.
  studio.addEventListener("change", ({ detail }) => {
    if (timer !== null && detail !== slider && detail !== null) stop();
  });
  byId("new-noise").addEventListener("click", stop);
  studio.addEventListener("label", drawEnds);
  drawEnds();
}
