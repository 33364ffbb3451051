/** Products of matrices, each a `Float64Array` that holds one row after the other. */

/** a (n x k) times b (k x m). */
export function multiply(a, b, n, k, m) {
  const product = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j];
      if (factor === 0) continue; // half of all units are 0 after a ReLU
      for (let l = 0; l < m; l++) product[i * m + l] += factor * b[j * m + l];
    }
  }
  return product;
}

/** a (n x m) times the transpose of b (k x m). */
export function multiplyByTransposed(a, b, n, m, k) {
  const product = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let l = 0; l < m; l++) sum += a[i * m + l] * b[j * m + l];
      product[i * k + j] = sum;
    }
  }
  return product;
}

/** Adds the transpose of a (n x k) times b (n x m) to `target` (k x m). */
export function addTransposedProduct(target, a, b, n, k, m) {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j];
      if (factor === 0) continue;
      for (let l = 0; l < m; l++) target[j * m + l] += factor * b[i * m + l];
    }
  }
}

/** Adds the sum of all rows of a (n x m) to `target` (m). */
export function addRows(target, a, n, m) {
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < m; l++) target[l] += a[i * m + l];
  }
}

/** Adds a row (m) to each row of `target` (n x m). */
export function addToRows(target, row, n, m) {
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < m; l++) target[i * m + l] += row[l];
  }
}

export function addTo(target, values) {
  for (let i = 0; i < target.length; i++) target[i] += values[i];
}
