// One channel through a bank of windowed sincs. Twin: src/dsp/rate/resampler.ts.

// @ts-expect-error: decorator
@inline
function term(x: usize, row: usize, next: usize, weight: v128, plain: bool): v128 {
  const coefs = v128.load(row);
  if (plain) return f32x4.mul(v128.load(x), coefs);
  const slope = f32x4.sub(v128.load(next), coefs);
  return f32x4.mul(v128.load(x), f32x4.add(coefs, f32x4.mul(weight, slope)));
}

/** Sum of x times the row, or times what lies at `weight` on the line from the row to the next; 16 sums side by side. */
// @ts-expect-error: decorator
@inline
function dot(x: usize, row: usize, taps: i32, weight: f32, plain: bool): f32 {
  const bytes = <usize>taps << 2;
  const end = x + bytes;
  const w = f32x4.splat(weight);
  let next = row + bytes;
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; x < end; x += 64) {
    a = f32x4.add(a, term(x, row, next, w, plain));
    b = f32x4.add(b, term(x + 16, row + 16, next + 16, w, plain));
    c = f32x4.add(c, term(x + 32, row + 32, next + 32, w, plain));
    d = f32x4.add(d, term(x + 48, row + 48, next + 48, w, plain));
    row += 64;
    next += 64;
  }
  const four = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  const two = f32x4.add(four, v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/**
 * Writes every output sample whose window ends within `frames` new samples and gives their number. `x` points to the
 * first new sample, behind `taps` - 1 older ones; `position` holds where the next output sample stands, in whole
 * samples from `x` and in units of 1/`unit`, and is moved on.
 */
export function resample(
  x: usize, frames: i32, bank: usize, taps: i32, rows: f64, unit: f64, advance: f64, position: usize, y: usize,
): i32 {
  const half = taps >> 1;
  const scale = rows / unit;
  const whole = Math.floor(advance / unit);
  const rest = advance - whole * unit;
  let at = load<f64>(position);
  let phase = load<f64>(position, 8);
  let out = y;
  while (at + <f64>half < <f64>frames) {
    const place = phase * scale;
    const row = <i32>place;
    const weight = <f32>(place - <f64>row);
    const window = x + (<isize>(<i32>at - half + 1) << 2);
    const coefs = bank + (<usize>(row * taps) << 2);
    store<f32>(out, weight == 0 ? dot(window, coefs, taps, 0, true) : dot(window, coefs, taps, weight, false));
    out += 4;
    at += whole;
    phase += rest;
    if (phase >= unit) {
      phase -= unit;
      at += 1;
    }
  }
  store<f64>(position, at);
  store<f64>(position, phase, 8);
  return <i32>((out - y) >> 2);
}
