// How fast the page draws.

/** Counts frames while something moves, from the times at which they were drawn. */
export class FrameCounter {
  #times = [];

  add(time) {
    // After a pause the counting begins anew: then nothing moved.
    if (this.#times.length && time - this.#times.at(-1) > 500) this.#times = [];
    this.#times.push(time);
    if (this.#times.length > 60) this.#times.shift();
  }

  /** Frames a second, or null if too few were drawn one after the other. */
  get rate() {
    const span = this.#times.at(-1) - this.#times[0];
    return this.#times.length < 10 ? null : (1000 * (this.#times.length - 1)) / span;
  }
}

/** Measures frames a second: `draw(i)` is called for each frame that the browser can show. */
export function measureFrames(draw, seconds) {
  return new Promise((resolve) => {
    let frames = 0;
    const start = performance.now();
    const next = () => {
      draw(frames++);
      const passed = performance.now() - start;
      if (passed < 1000 * seconds) requestAnimationFrame(next);
      else resolve((1000 * frames) / passed);
    };
    requestAnimationFrame(next);
  });
}
