/** A canvas that is sharp on every screen and has the colours of the page's theme. */

export class Canvas {
  /**
   * @param {number} ratio - width divided by height.
   * @param {string} label - what a screen reader says, until `describe` says more.
   */
  constructor(ratio, label) {
    this.element = document.createElement("canvas");
    this.element.setAttribute("role", "img");
    this.element.style.aspectRatio = ratio;
    this.ratio = ratio;
    this.describe(label);
  }

  describe(label) {
    this.element.setAttribute("aria-label", label);
  }

  /** Clears the canvas, fits it to its size on the page, and reads the colours. */
  begin() {
    this.width = this.element.clientWidth;
    this.height = this.width / this.ratio;
    const pixels = window.devicePixelRatio || 1;
    const [width, height] = [this.width * pixels, this.height * pixels].map(Math.round);
    if (this.element.width !== width || this.element.height !== height) {
      Object.assign(this.element, { width, height });
    }
    this.context = this.element.getContext("2d");
    this.context.setTransform(pixels, 0, 0, pixels, 0, 0);
    const style = getComputedStyle(this.element);
    this.colours = {};
    for (const name of ["real", "fake", "ground", "ink", "muted"]) {
      this.colours[name] = style.getPropertyValue(`--game-${name}`).trim();
    }
    this.context.fillStyle = this.colours.ground;
    this.context.fillRect(0, 0, this.width, this.height);
    this.context.font = `12px ${style.fontFamily}`;
    this.context.lineJoin = "round";
    return this.context;
  }

  /** Draws a line through points [x, y] in pixels; where a point is `null` the line is broken. */
  line(points, colour, { width = 1.5, dash = [] } = {}) {
    const { context } = this;
    context.strokeStyle = this.colours[colour];
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    let begun = false;
    for (const point of points) {
      if (point) context[begun ? "lineTo" : "moveTo"](...point);
      begun = Boolean(point);
    }
    context.stroke();
    context.setLineDash([]);
  }

  text(words, x, y, { colour = "ink", align = "left" } = {}) {
    this.context.fillStyle = this.colours[colour];
    this.context.textAlign = align;
    this.context.fillText(words, x, y);
  }
}

/** The three numbers of a colour such as #0a5fb4. */
export function parseColour(colour) {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}
