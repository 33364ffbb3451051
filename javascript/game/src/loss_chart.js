/** Both losses against the steps, with the values that they have at equilibrium. */

import { Canvas } from "./canvas.js";
import { LOSSES } from "./losses.js";

const MARGIN = { left: 34, right: 10, top: 10, bottom: 20 };

export class LossChart extends Canvas {
  constructor(label) {
    super(2.6, label);
  }

  draw(session) {
    this.begin();
    const { equilibrium } = LOSSES[session.gan.loss];
    const curves = [
      [session.curves.discriminator, "real", equilibrium.discriminator],
      [session.curves.generator, "fake", equilibrium.generator],
    ];
    const [low, high] = findRange(curves);
    const right = this.width - MARGIN.right;
    const bottom = this.height - MARGIN.bottom;
    const toY = (value) => {
      const part = (value - low) / (high - low);
      return bottom - Math.min(Math.max(part, -0.02), 1.02) * (bottom - MARGIN.top);
    };
    for (const value of ticks(low, high)) {
      this.text(String(value).replace("-", "−"), MARGIN.left - 5, toY(value) + 4, {
        colour: "muted",
        align: "right",
      });
    }
    const frame = [
      [MARGIN.left, MARGIN.top],
      [MARGIN.left, bottom],
      [right, bottom],
    ];
    this.line(frame, "muted", { width: 1 });
    this.text("0", MARGIN.left, bottom + 15, { colour: "muted" });
    this.text(String(session.steps), right, bottom + 15, { colour: "muted", align: "right" });
    for (const [curve, colour, resting] of curves) {
      if (resting !== null) {
        const ends = [MARGIN.left, right].map((x) => [x, toY(resting)]);
        this.line(ends, colour, { width: 1, dash: [5, 4] });
      }
      const { points } = curve;
      const toX = (i) => MARGIN.left + ((right - MARGIN.left) * (i + 1)) / points.length;
      this.line(
        points.map((value, i) => (Number.isFinite(value) ? [toX(i), toY(value)] : null)),
        colour,
        { width: 1.75 },
      );
    }
  }
}

/** The range of the axis: all equilibria, 0, and the curves without their rare extremes. */
function findRange(curves) {
  const values = curves.flatMap(([curve]) => curve.points).filter(Number.isFinite);
  values.sort((a, b) => a - b);
  const at = (part) => values[Math.floor(part * (values.length - 1))] ?? 0;
  const resting = curves.map((each) => each[2] ?? 0);
  const low = Math.min(0, at(0.01), ...resting);
  const high = Math.max(0.5, at(0.99), ...resting);
  const margin = 0.08 * (high - low);
  return [low === 0 ? 0 : low - margin, high + margin];
}

function ticks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const values = [];
  for (let i = Math.ceil(low / width); i * width <= high; i++) {
    values.push(Number((i * width).toPrecision(3)));
  }
  return values;
}
