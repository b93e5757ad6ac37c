// Autocorrelation of an onset curve. Twin: src/dsp/spectrum/tempo.ts.

/** correlation[lag] += newest * centred[lag], in double precision. */
export function correlate(correlation: usize, centred: usize, lags: i32, newest: f64): void {
  const factor = f64x2.splat(newest);
  let lag = 0;
  for (; lag + 2 <= lags; lag += 2) {
    const at = <usize>lag << 3;
    const product = f64x2.mul(factor, v128.load(centred + at));
    v128.store(correlation + at, f64x2.add(v128.load(correlation + at), product));
  }
  if (lag < lags) {
    const at = <usize>lag << 3;
    store<f64>(correlation + at, load<f64>(correlation + at) + newest * load<f64>(centred + at));
  }
}
