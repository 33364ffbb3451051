// The field: a plane through the noise, spanned by two directions. Behind it are pictures of its places.

import { byId, REACH, toText } from "./controls.js";
import { findPlace, moveTo } from "./noise.js";
import { setSize, toPixels } from "./picture.js";

const SIDE = 7; // pictures from left to right
const STEP = 0.1; // of an arrow key
const REST = 250; // milliseconds without a change, after which the pictures behind are drawn
const PATIENCE = 80; // milliseconds a picture, above which they are not
const clamp = (value) => Math.min(Math.max(value, -REACH), REACH);

export function addField(studio, directions, texts) {
  const field = byId("field");
  const tiles = byId("tiles");
  const axes = [byId("across"), byId("up")];
  setSize(tiles, studio.shape, SIDE, SIDE);
  axes.forEach((select, axis) => {
    const options = directions.map((_, i) => new Option(texts.direction(i + 1), i));
    select.append(...options);
    select.value = axis;
    select.addEventListener("change", () => {
      const other = axes[1 - axis];
      if (other.value === select.value)
        other.value = (Number(select.value) + 1) % directions.length;
      follow();
      redrawSoon();
    });
  });

  const chosen = () => axes.map((select) => directions[Number(select.value)]);
  const places = () => chosen().map((direction) => findPlace(studio.noise, direction));
  const at = (across, down) => {
    const [right, up] = chosen();
    return moveTo(moveTo(studio.noise, right, across), up, down);
  };

  function follow() {
    const [across, up] = places();
    byId("marker").style.left = `${50 + (50 * clamp(across)) / REACH}%`;
    byId("marker").style.top = `${50 - (50 * clamp(up)) / REACH}%`;
    byId("field-place").textContent = texts.place(toText(across), toText(up));
  }
  const move = (across, up) => studio.setNoise(at(clamp(across), clamp(up)), field);

  function point(event) {
    if (event.type === "pointermove" && !field.hasPointerCapture(event.pointerId)) return;
    const box = field.getBoundingClientRect();
    move(
      REACH * ((2 * (event.clientX - box.left)) / box.width - 1),
      REACH * (1 - (2 * (event.clientY - box.top)) / box.height),
    );
  }
  field.addEventListener("pointerdown", (event) => {
    field.setPointerCapture(event.pointerId);
    point(event);
  });
  field.addEventListener("pointermove", point);
  field.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!(event.key in steps)) return;
    event.preventDefault(); // or the page would scroll
    const [across, up] = places();
    const [right, upwards] = steps[event.key];
    move(across + STEP * right, up + STEP * upwards);
  });

  // The pictures behind depend on all of the noise but its place in the field, so a walk keeps them.
  let timer = null;
  function redrawSoon() {
    clearTimeout(timer);
    timer = setTimeout(redraw, REST, 0);
  }
  function redraw(index) {
    if (studio.milliseconds > PATIENCE) return;
    const place = (i) => REACH * ((2 * i + 1) / SIDE - 1);
    const [row, column] = [Math.floor(index / SIDE), index % SIDE];
    const values = studio.generate([at(place(column), -place(row))], studio.label);
    const [height, width] = studio.shape;
    tiles
      .getContext("2d")
      .putImageData(toPixels(values, studio.shape), column * width, row * height);
    if (index + 1 < SIDE * SIDE) timer = setTimeout(redraw, 0, index + 1);
  }
  studio.addEventListener("change", ({ detail }) => {
    follow();
    if (detail !== field) redrawSoon();
  });
  byId("walk").hidden = false;
}
