// Sums of values of 64 bits. Twins: the functions of the same names in src/dsp/levels/long-sums.ts.

/** y[i] += scale * x[i], in double precision. */
export function addScaled64(y: usize, x: usize, length: i32, scale: f64): void {
  const factor = f64x2.splat(scale);
  let i = 0;
  for (; i + 2 <= length; i += 2) {
    const at = <usize>i << 3;
    v128.store(y + at, f64x2.add(v128.load(y + at), f64x2.mul(factor, v128.load(x + at))));
  }
  if (i < length) {
    const at = <usize>i << 3;
    store<f64>(y + at, load<f64>(y + at) + scale * load<f64>(x + at));
  }
}

/** The first index up to which, it included, counts add up to more than `rank`; they must do so somewhere. */
export function indexOfRank(counts: usize, rank: f64): i32 {
  let index = 0;
  let left = rank;
  for (let count = load<f64>(counts); left >= count; count = load<f64>(counts + (<usize>index << 3))) {
    left -= count;
    index++;
  }
  return index;
}

/** The sum of scale * x[i], in the order of the indices. */
export function scaledSum64(x: usize, length: i32, scale: f64): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < length; i++) sum += scale * load<f64>(x + (<usize>i << 3));
  return sum;
}
