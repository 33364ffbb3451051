/** Random numbers that are the same for the same seed: uniform and normal ones. */

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
    this.spare = null;
  }

  /** A uniform number in [0, 1), by the generator mulberry32 of Tommy Ettinger. */
  uniform() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number from the standard normal distribution, by the method of Box and Muller. */
  normal() {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** An integer from 0 to n - 1. */
  integer(n) {
    return Math.floor(n * this.uniform());
  }

  /** Many standard normal numbers in a `Float64Array`. */
  normals(n) {
    return Float64Array.from({ length: n }, () => this.normal());
  }

  uniforms(n) {
    return Float64Array.from({ length: n }, () => this.uniform());
  }
}
