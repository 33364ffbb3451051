/** The game in two dimensions: D's verdict as a field of colour, samples as points, arrows. */

import { Canvas, parseColour } from "./canvas.js";

const REACH = 3; // the picture goes from -3 to 3
const CELLS = 40; // places in a row at which D is asked
const ARROW = 0.45; // length of an arrow for a gradient of 1, in units of the plane
const LONGEST = 0.9;

export class Plane extends Canvas {
  constructor(label) {
    super(1, label);
    this.tiles = document.createElement("canvas");
    this.tiles.width = this.tiles.height = CELLS;
    this.places = new Float64Array(2 * CELLS * CELLS);
    for (let i = 0; i < CELLS * CELLS; i++) {
      const [column, row] = [i % CELLS, Math.floor(i / CELLS)];
      this.places[2 * i] = REACH * ((2 * column + 1) / CELLS - 1);
      this.places[2 * i + 1] = REACH * (1 - (2 * row + 1) / CELLS);
    }
  }

  toPixels(x, y) {
    return [(this.width * (x + REACH)) / (2 * REACH), (this.height * (REACH - y)) / (2 * REACH)];
  }

  /** The place in the plane under a point of the canvas. */
  toPlace(x, y) {
    return [2 * REACH * (x / this.width) - REACH, REACH - 2 * REACH * (y / this.height)];
  }

  draw(session, show, points, cross) {
    this.begin();
    if (session.ready && show.field) this.drawField(session);
    if (session.ready) {
      if (session.gan.generator.kernels.length === 1) this.drawPath(session.path);
      this.drawDots(session.real, (x, y) => this.ring(x, y));
      if (show.arrows) this.drawArrows(session);
      this.drawDots(session.fake, (x, y) => this.dot(x, y));
    } else {
      for (const point of points) this.ring(...this.toPixels(...point));
    }
    if (cross) this.drawCross(cross);
  }

  drawField(session) {
    const [ground, real, fake] = ["ground", "real", "fake"].map((name) =>
      parseColour(this.colours[name]),
    );
    const context = this.tiles.getContext("2d");
    const image = context.createImageData(CELLS, CELLS);
    session.computeVerdicts(this.places).forEach((verdict, i) => {
      const tint = verdict > 0.5 ? real : fake;
      const strength = 1.1 * Math.abs(verdict - 0.5);
      for (let c = 0; c < 3; c++) {
        image.data[4 * i + c] = ground[c] + strength * (tint[c] - ground[c]);
      }
      image.data[4 * i + 3] = 255;
    });
    context.putImageData(image, 0, 0);
    this.context.drawImage(this.tiles, 0, 0, this.width, this.height);
  }

  drawDots(samples, draw) {
    for (let i = 0; i < samples.length; i += 2) {
      draw(...this.toPixels(samples[i], samples[i + 1]));
    }
  }

  ring(x, y) {
    this.context.strokeStyle = this.colours.real;
    this.context.lineWidth = 1.25;
    this.context.beginPath();
    this.context.arc(x, y, 3, 0, 2 * Math.PI);
    this.context.stroke();
  }

  dot(x, y) {
    this.context.fillStyle = this.colours.fake;
    this.context.strokeStyle = this.colours.ground;
    this.context.lineWidth = 0.75;
    this.context.beginPath();
    this.context.arc(x, y, 3, 0, 2 * Math.PI);
    this.context.fill();
    this.context.stroke();
  }

  drawArrows({ fake, pull }) {
    for (let i = 0; i < pull.length / 2; i++) {
      const [x, y, dx, dy] = [fake[2 * i], fake[2 * i + 1], pull[2 * i], pull[2 * i + 1]];
      const length = Math.hypot(dx, dy);
      const scale = Math.min(ARROW, LONGEST / length);
      if (!(length * scale > 0.04)) continue;
      this.arrow(this.toPixels(x, y), this.toPixels(x + scale * dx, y + scale * dy));
    }
  }

  arrow([x, y], [toX, toY]) {
    const angle = Math.atan2(toY - y, toX - x);
    const barb = (turn) => [toX - 4 * Math.cos(angle + turn), toY - 4 * Math.sin(angle + turn)];
    const points = [[x, y], [toX, toY], null, barb(0.5), [toX, toY], barb(-0.5)];
    this.line(points, "ink", { width: 1 });
  }

  drawPath(path) {
    const points = path.map((point) => this.toPixels(...point));
    this.line(points, "fake", { width: 2 });
  }

  drawCross([x, y]) {
    const [left, top] = this.toPixels(x, y);
    const points = [[left - 9, top], [left + 9, top], null, [left, top - 9], [left, top + 9]];
    this.line(points, "ink", { width: 2 });
  }
}
