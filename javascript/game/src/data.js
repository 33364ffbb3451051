/** Where the real samples come from, in one and in two dimensions. */

/** A point near one of several others, chosen at random. */
function drawNear(points, deviation, random) {
  const point = points[random.integer(points.length)];
  return point.map((middle) => middle + deviation * random.normal());
}

/** A mixture of Gaussians of one width, with modes that can be counted. */
function mixture(modes, deviation) {
  return {
    dimensions: modes[0].length,
    modes,
    deviation,
    draw: (random) => drawNear(modes, deviation, random),
  };
}

const angles = Array.from({ length: 8 }, (_, i) => (2 * Math.PI * i) / 8);
const lines = [-1.6, 0, 1.6];

/** Two half circles that reach into each other. */
const moons = {
  dimensions: 2,
  draw(random) {
    const angle = Math.PI * random.uniform();
    const side = random.integer(2) ? 1 : -1;
    const [x, y] = [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25];
    return [side * 1.4 * x + 0.08 * random.normal(), side * 1.4 * y + 0.08 * random.normal()];
  },
};

export const DATA_SETS = {
  ring: mixture(
    angles.map((angle) => [2 * Math.cos(angle), 2 * Math.sin(angle)]),
    0.1,
  ),
  grid: mixture(
    lines.flatMap((x) => lines.map((y) => [x, y])),
    0.1,
  ),
  moons,
  cloud: mixture([[0, 0]], 0.3),
  points: { dimensions: 2, own: true },
  two: mixture([[-1.5], [1.5]], 0.35),
  one: mixture([[1]], 0.5),
  line: { dimensions: 1, own: true },
};

const OWN_DEVIATION = 0.06; // own points are drawn with a little noise around each

/** Points that the reader has set, as a data set. */
export function fromPoints(points, dimensions) {
  return { dimensions, draw: (random) => drawNear(points, OWN_DEVIATION, random) };
}

/** n samples, one after the other in a `Float64Array`. */
export function drawSamples(dataSet, n, random) {
  const samples = new Float64Array(n * dataSet.dimensions);
  for (let i = 0; i < n; i++) samples.set(dataSet.draw(random), i * dataSet.dimensions);
  return samples;
}

/**
 * Counts the modes that the generator has found: at least 3 of 100 samples lie within three
 * standard deviations of each.
 */
export function countModes(dataSet, samples) {
  const { modes, deviation, dimensions } = dataSet;
  const n = samples.length / dimensions;
  const isNear = (i, mode) => {
    const differences = mode.map((middle, axis) => samples[i * dimensions + axis] - middle);
    return Math.hypot(...differences) < 3 * deviation;
  };
  const found = modes.filter((mode) => {
    let count = 0;
    for (let i = 0; i < n; i++) count += isNear(i, mode);
    return count >= 0.03 * n;
  });
  return found.length;
}
