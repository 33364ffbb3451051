/** Lets the reader set points: by clicking or dragging in the picture, or by the keyboard. */

import { element } from "./dom.js";

const APART = 0.1; // dragging sets a point whenever the pointer has gone this far
const STEP = 0.1; // of the cross, for one press of an arrow key
const MOST = 1000;
const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export class PointEditor {
  /**
   * @param {object} texts - the words of one language.
   * @param {function} changed - is called after each change of the points.
   * @param {function} moved - is called when only the cross has moved.
   */
  constructor(texts, changed, moved) {
    Object.assign(this, { texts, changed, moved });
    this.dimensions = null; // of the picture that can be drawn in, if any
    this.kept = { 1: [], 2: [] };
    this.count = element("span", {});
    const clear = () => {
      this.kept[this.dimensions] = [];
      this.changed();
    };
    const button = element(
      "button",
      { id: "game-clear", type: "button", click: clear },
      texts.clearPoints,
    );
    const hint = element("p", { id: "game-hint" }, texts.drawHint);
    this.element = element("div", { class: "game-editor" }, hint, button, this.count);
  }

  get points() {
    return this.kept[this.dimensions] ?? [];
  }

  /** Makes the picture with so many dimensions one to draw in, or none if it is `null`. */
  show(dimensions) {
    if (dimensions !== this.dimensions) this.cross = null;
    this.dimensions = dimensions;
    this.element.hidden = dimensions === null;
    this.count.textContent = this.texts.pointCount(this.points.length);
    for (const view of this.views) {
      const open = view.dimensions === dimensions;
      view.canvas.classList.toggle("game-open", open);
      view.canvas.setAttribute("role", open ? "application" : "img");
      if (open) view.canvas.setAttribute("aria-describedby", "game-hint");
      else view.canvas.removeAttribute("aria-describedby");
      view.canvas.tabIndex = open ? 0 : -1;
    }
  }

  attach(view) {
    const canvas = view.element;
    const dimensions = view.toPlace(0, 0).length;
    this.views ??= [];
    this.views.push({ canvas, dimensions });
    let last = null; // the point that dragging has set last
    canvas.addEventListener("pointerdown", (event) => {
      if (this.dimensions !== dimensions) return;
      canvas.setPointerCapture(event.pointerId);
      this.cross = null;
      last = view.toPlace(event.offsetX, event.offsetY);
      this.add(last);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const place = view.toPlace(event.offsetX, event.offsetY);
      if (Math.hypot(...place.map((x, axis) => x - last[axis])) < APART) return;
      last = place;
      this.add(place);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => {
        last = null;
      });
    }
    canvas.addEventListener("keydown", (event) => {
      if (this.dimensions === dimensions && this.press(event.key)) event.preventDefault();
    });
  }

  add(point) {
    if (this.points.length < MOST) this.points.push(point);
    this.changed();
  }

  /** Does what a key says; returns whether it says anything. */
  press(key) {
    this.cross ??= Array(this.dimensions).fill(0);
    if (key in DIRECTIONS) {
      this.cross = this.cross.map((x, axis) => {
        const moved = x + STEP * DIRECTIONS[key][axis];
        return Math.min(Math.max(moved, -2.9), 2.9);
      });
      this.moved();
    } else if (key === "Enter" || key === " ") {
      this.add([...this.cross]);
    } else if (key === "Backspace" || key === "Delete") {
      this.points.pop();
      this.changed();
    } else {
      return false;
    }
    return true;
  }
}
