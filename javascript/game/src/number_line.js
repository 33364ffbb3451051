/** The game in one dimension: two histograms, D and D*, and arrows below the line. */

import { Canvas } from "./canvas.js";

const REACH = 4; // the picture goes from -4 to 4
const BARS = 64;
const PLACES = 161; // at which D and D* are drawn
const BANDWIDTH = 0.12; // of the densities from which D* is computed
const ENOUGH = 0.01; // D* is drawn where p + q is larger
const BASE = 0.8; // the line's place, as a part of the height
const TOP = 0.06;
const ARROWS = 60;

export class NumberLine extends Canvas {
  constructor(label) {
    super(1.25, label);
    this.places = Float64Array.from({ length: PLACES }, (_, i) => toX(i / (PLACES - 1)));
  }

  toPixels(x, value) {
    const height = this.height * (BASE - TOP);
    return [(this.width * (x + REACH)) / (2 * REACH), this.height * BASE - height * value];
  }

  toPlace(x) {
    return [toX(x / this.width)];
  }

  draw(session, show, points, cross) {
    this.begin();
    this.drawAxes();
    if (session.ready) {
      this.drawBars(session.real, "real");
      this.drawBars(session.fake, "fake");
      const best = computeBest(session, this.places);
      this.drawCurve(best, { width: 2, dash: [6, 4] });
      if (show.field) this.drawCurve([...session.computeVerdicts(this.places)], { width: 2.5 });
      if (show.arrows) this.drawArrows(session);
    } else {
      for (const [x] of points) this.tick(x);
    }
    if (cross) this.tick(cross[0], "ink", 14);
  }

  drawAxes() {
    for (const value of [0, 0.5, 1]) {
      const ends = [-REACH, REACH].map((x) => this.toPixels(x, value));
      this.line(ends, "muted", { width: value ? 0.75 : 1.25, dash: value === 0.5 ? [2, 3] : [] });
      const [, y] = this.toPixels(0, value);
      this.text(String(value), 3, y - 3, { colour: "muted" });
    }
    for (let x = 1 - REACH; x < REACH; x++) {
      const [left, top] = this.toPixels(x, 0);
      this.line(
        [
          [left, top],
          [left, top + 4],
        ],
        "muted",
      );
      this.text(String(x).replace("-", "−"), left, top + 17, { colour: "muted", align: "center" });
    }
  }

  drawBars(samples, colour) {
    const counts = count(samples, BARS, -REACH, REACH);
    const width = (2 * REACH) / BARS;
    this.context.fillStyle = this.colours[colour];
    this.context.globalAlpha = 0.45;
    for (let i = 0; i < BARS; i++) {
      const density = Math.min(counts[i] / (samples.length * width), 1.05);
      const [left, top] = this.toPixels(-REACH + i * width, density);
      const [right, bottom] = this.toPixels(-REACH + (i + 1) * width, 0);
      this.context.fillRect(left, top, right - left, bottom - top);
    }
    this.context.globalAlpha = 1;
  }

  drawCurve(values, style) {
    const points = values.map((value, i) =>
      Number.isFinite(value) ? this.toPixels(this.places[i], value) : null,
    );
    this.line(points, "ink", style);
  }

  drawArrows({ fake, pull }) {
    const y = this.height * 0.93;
    for (let i = 0; i < Math.min(ARROWS, pull.length); i++) {
      const row = y + ((i % 5) - 2) * 5;
      const [from] = this.toPixels(fake[i], 0);
      const length = Math.sign(pull[i]) * Math.min(Math.abs(pull[i]) * 0.5, 1.2);
      const [to] = this.toPixels(fake[i] + length, 0);
      this.context.fillStyle = this.colours.fake;
      this.context.fillRect(from - 1.5, row - 1.5, 3, 3);
      if (!(Math.abs(to - from) > 3)) continue;
      const back = to - 4 * Math.sign(to - from);
      const shape = [[from, row], [to, row], null, [back, row - 3], [to, row], [back, row + 3]];
      this.line(shape, "ink", { width: 1 });
    }
  }

  tick(x, colour = "real", length = 9) {
    const [left, top] = this.toPixels(x, 0);
    const ends = [
      [left, top - length],
      [left, top + length],
    ];
    this.line(ends, colour, { width: 2 });
  }
}

function toX(part) {
  return REACH * (2 * part - 1);
}

/** How many samples lie in each of equally wide bins. */
function count(samples, bins, low, high) {
  const counts = new Float64Array(bins);
  for (const x of samples) {
    const bin = Math.floor((bins * (x - low)) / (high - low));
    if (bin >= 0 && bin < bins) counts[bin] += 1;
  }
  return counts;
}

/**
 * D* = p / (p + q) from samples: both densities are smoothed in the same way, so that D* is one
 * half where real and generated samples are equally many. NaN where there are hardly any.
 */
export function computeBest({ real, fake }, places) {
  const [p, q] = [real, fake].map((samples) => estimateDensity(samples, places));
  return p.map((value, i) => (value + q[i] > ENOUGH ? value / (value + q[i]) : Number.NaN));
}

function estimateDensity(samples, places) {
  const bins = 400;
  const width = (2 * REACH) / bins;
  const counts = count(samples, bins, -REACH, REACH);
  const factor = samples.length * BANDWIDTH * Math.sqrt(2 * Math.PI);
  return Array.from(places, (place) => {
    let sum = 0;
    for (let i = 0; i < bins; i++) {
      const distance = (place - (-REACH + (i + 0.5) * width)) / BANDWIDTH;
      if (counts[i] && Math.abs(distance) < 4) sum += counts[i] * Math.exp(-(distance ** 2) / 2);
    }
    return sum / factor;
  });
}
