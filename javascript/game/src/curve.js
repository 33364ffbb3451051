/** A loss over the whole training in at most 400 points, each the mean over equally many steps. */

const LONGEST = 400;

export class Curve {
  constructor() {
    this.points = [];
    this.width = 1; // steps in one point
    this.open = { sum: 0, count: 0 };
  }

  add(value) {
    this.last = value;
    this.open.sum += value;
    this.open.count += 1;
    if (this.open.count < this.width) return;
    this.points.push(this.open.sum / this.width);
    this.open = { sum: 0, count: 0 };
    if (this.points.length < LONGEST) return;
    const merged = [];
    for (let i = 0; i < LONGEST; i += 2) merged.push((this.points[i] + this.points[i + 1]) / 2);
    this.points = merged;
    this.width *= 2;
  }
}
