// Level statistics: four frames a vector. Sums are 64-bit and kept in four lanes, a frame's lane being its absolute
// position modulo 4, so that the order of every addition is fixed by the stream and not by the calls.

/** Index of each value in a channel's record of doubles; the same names stand in src/dsp/levels/level-statistics.ts. */
const SQUARES: usize = 0;
const SUMS: usize = 4 * 8;
const PEAK: usize = 8 * 8;
const CLIPPED: usize = 9 * 8;
const INVALID: usize = 10 * 8;

function addLevel(value: f32, lane: usize, limit: f32, clip: f32, record: usize): void {
  const level = Mathf.abs(value);
  if (!(level <= limit)) {
    store<f64>(record, load<f64>(record, INVALID) + 1, INVALID);
    return;
  }
  const x = <f64>value;
  const to = record + (lane << 3);
  store<f64>(to, load<f64>(to, SQUARES) + x * x, SQUARES);
  store<f64>(to, load<f64>(to, SUMS) + x, SUMS);
  store<f64>(record, max(load<f64>(record, PEAK), <f64>level), PEAK);
  if (level >= clip) store<f64>(record, load<f64>(record, CLIPPED) + 1, CLIPPED);
}

/**
 * Adds frames to a channel's record; `lane` is the first frame's position modulo 4. A sample that is not within `limit` is
 * counted invalid and is 0 to the rest. Twin: `addLevels` in src/dsp/levels/level-statistics.ts.
 */
export function addLevels(x: usize, frames: i32, lane: i32, limit: f32, clip: f32, record: usize): void {
  let i = 0;
  for (; i < frames && ((lane + i) & 3) != 0; i++) {
    addLevel(load<f32>(x + (<usize>i << 2)), (lane + i) & 3, limit, clip, record);
  }
  const limits = f32x4.splat(limit);
  const clips = f32x4.splat(clip);
  let squares0 = v128.load(record, SQUARES);
  let squares1 = v128.load(record, SQUARES + 16);
  let sums0 = v128.load(record, SUMS);
  let sums1 = v128.load(record, SUMS + 16);
  let peaks = f32x4.splat(0);
  let clipped = i32x4.splat(0);
  let invalid = i32x4.splat(0);
  for (; i + 4 <= frames; i += 4) {
    const raw = v128.load(x + (<usize>i << 2));
    const valid = f32x4.le(f32x4.abs(raw), limits);
    const value = v128.and(raw, valid);
    const level = f32x4.abs(value);
    peaks = f32x4.pmax(peaks, level);
    invalid = i32x4.sub(invalid, v128.not(valid));
    clipped = i32x4.sub(clipped, f32x4.ge(level, clips));
    const low = f64x2.promote_low_f32x4(value);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3));
    squares0 = f64x2.add(squares0, f64x2.mul(low, low));
    squares1 = f64x2.add(squares1, f64x2.mul(high, high));
    sums0 = f64x2.add(sums0, low);
    sums1 = f64x2.add(sums1, high);
  }
  v128.store(record, squares0, SQUARES);
  v128.store(record, squares1, SQUARES + 16);
  v128.store(record, sums0, SUMS);
  v128.store(record, sums1, SUMS + 16);
  const peak = max(
    max(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)),
    max(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)),
  );
  store<f64>(record, max(load<f64>(record, PEAK), <f64>peak), PEAK);
  store<f64>(record, load<f64>(record, CLIPPED) + <f64>laneSum(clipped), CLIPPED);
  store<f64>(record, load<f64>(record, INVALID) + <f64>laneSum(invalid), INVALID);
  for (; i < frames; i++) {
    addLevel(load<f32>(x + (<usize>i << 2)), (lane + i) & 3, limit, clip, record);
  }
}

function laneSum(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}

// @ts-expect-error: decorator
@inline
function addProduct(a: f32, b: f32, limit: f32, to: usize): void {
  if (!(Mathf.abs(a) <= limit && Mathf.abs(b) <= limit)) return;
  store<f64>(to, load<f64>(to) + <f64>a * <f64>b);
}

/** Adds the products of two channels to four lanes of doubles. Twin: `addProducts` in src/dsp/levels/level-statistics.ts. */
export function addProducts(x: usize, y: usize, frames: i32, lane: i32, limit: f32, record: usize): void {
  let i = 0;
  for (; i < frames && ((lane + i) & 3) != 0; i++) {
    const at = <usize>i << 2;
    addProduct(load<f32>(x + at), load<f32>(y + at), limit, record + (<usize>((lane + i) & 3) << 3));
  }
  const limits = f32x4.splat(limit);
  let products0 = v128.load(record);
  let products1 = v128.load(record, 16);
  for (; i + 4 <= frames; i += 4) {
    const at = <usize>i << 2;
    const rawA = v128.load(x + at);
    const rawB = v128.load(y + at);
    const valid = v128.and(f32x4.le(f32x4.abs(rawA), limits), f32x4.le(f32x4.abs(rawB), limits));
    const a = v128.and(rawA, valid);
    const b = v128.and(rawB, valid);
    products0 = f64x2.add(
      products0,
      f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)),
    );
    products1 = f64x2.add(
      products1,
      f64x2.mul(
        f64x2.promote_low_f32x4(v128.shuffle<f32>(a, a, 2, 3, 2, 3)),
        f64x2.promote_low_f32x4(v128.shuffle<f32>(b, b, 2, 3, 2, 3)),
      ),
    );
  }
  v128.store(record, products0);
  v128.store(record, products1, 16);
  for (; i < frames; i++) {
    const at = <usize>i << 2;
    addProduct(load<f32>(x + at), load<f32>(y + at), limit, record + (<usize>((lane + i) & 3) << 3));
  }
}
