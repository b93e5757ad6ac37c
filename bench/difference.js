/** Largest difference, mean squared error and correlation of two signals, each a list of arrays. */
export function differenceOf(expected, found) {
  let [largest, squares, count, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (const [n, x] of expected.entries()) {
    const y = found[n];
    for (let i = 0; i < x.length; i++) {
      const difference = Math.abs(x[i] - y[i]);
      largest = Math.max(largest, difference);
      squares += difference * difference;
      xx += x[i] * x[i];
      yy += y[i] * y[i];
      xy += x[i] * y[i];
    }
    count += x.length;
  }
  return { largest, mse: squares / count, correlation: xx * yy > 0 ? xy / Math.sqrt(xx * yy) : 1 };
}
