// What is drawn at the moment: its noise and its label. Controls change them, and are told of changes.

import { setSize, toPixels } from "./picture.js";
import { FrameCounter } from "./speed.js";

export class Studio extends EventTarget {
  noise = null;
  label = 0;
  milliseconds = null; // of one picture, lately
  #frames = new FrameCounter();
  #waiting = false;

  constructor(generate, shape, canvas) {
    super();
    this.generate = generate;
    this.shape = shape;
    this.canvas = canvas;
    setSize(canvas, shape);
  }

  get frames() {
    return this.#frames.rate;
  }

  /** Shows other noise. `source` is the control that moved it, so that it need not follow. */
  setNoise(noise, source = null) {
    this.noise = noise;
    this.#change(source);
  }

  setLabel(label) {
    this.label = label;
    this.dispatchEvent(new CustomEvent("label"));
    this.#change(null);
  }

  #change(source) {
    this.dispatchEvent(new CustomEvent("change", { detail: source }));
    if (this.#waiting) return; // one picture a frame, of the newest noise
    this.#waiting = true;
    requestAnimationFrame((time) => {
      this.#waiting = false;
      this.draw();
      this.#frames.add(time);
      this.dispatchEvent(new CustomEvent("drawn"));
    });
  }

  /** Draws the present noise at once. */
  draw() {
    const start = performance.now();
    this.drawAside(this.canvas, this.noise);
    const passed = performance.now() - start;
    this.milliseconds =
      this.milliseconds === null ? passed : 0.8 * this.milliseconds + 0.2 * passed;
  }

  /** Draws other noise onto another canvas. */
  drawAside(canvas, noise) {
    const values = this.generate([noise], this.label);
    canvas.getContext("2d").putImageData(toPixels(values, this.shape), 0, 0);
  }
}
