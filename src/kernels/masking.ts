// Masking among the critical bands. Twin: src/dsp/spectrum/masking.ts.

/**
 * thresholds[band] = sum over maskers of spread[masker * stride + band] * powers[masker], lowest masker first; `stride`, the
 * number of bands or one more, is even.
 */
export function maskingThresholds(spread: usize, powers: usize, bands: i32, stride: i32, thresholds: usize): void {
  const row = <usize>stride << 3;
  for (let band = 0; band < stride; band += 2) {
    const column = <usize>band << 3;
    let from = spread + column;
    let sum = f64x2.splat(0);
    for (let masker = 0; masker < bands; masker++) {
      const power = v128.load64_splat(powers + (<usize>masker << 3));
      sum = f64x2.add(sum, f64x2.mul(v128.load(from), power));
      from += row;
    }
    v128.store(thresholds + column, sum);
  }
}
