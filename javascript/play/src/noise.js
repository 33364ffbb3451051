// Noise: lists of standard normal numbers, and ways through them.

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Draws standard normal numbers (Box and Muller's method). */
export function drawNoise(count, random = Math.random) {
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** Says where noise lies on a direction of length 1. */
export const findPlace = (noise, direction) => dot(noise, direction);

/** Moves noise along a direction of length 1 to another place on it. */
export function moveTo(noise, direction, place) {
  const step = place - dot(noise, direction);
  return noise.map((value, i) => value + step * direction[i]);
}

/** Goes the part t of the way from one noise vector to another along a circle, as slerp in Python. */
export function slerp(start, end, t) {
  const cosine = dot(start, end) / Math.sqrt(dot(start, start) * dot(end, end));
  const angle = Math.acos(Math.min(Math.max(cosine, -1), 1));
  const sine = Math.sin(angle);
  const [a, b] =
    sine < 1e-6 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  return start.map((value, i) => a * value + b * end[i]);
}
