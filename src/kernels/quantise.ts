// Floats to integers, with or without dither. Like the passes in pcm.ts these run over the end by up to 32 bytes.
// Twins: `quantise` in src/io/pcm-encoder.ts, `tpdfDraw` in src/dsp/dither/dither.ts.

/** Units of one LSB in which dither is drawn and added. */
const UNITS: f64 = 32768;

// @ts-ignore: decorator
@inline
function lane(pointer: usize, index: i32): usize {
  return pointer + (<usize>index << 2);
}

/** Four draws of `tpdfDraw` in src/dsp/dither/dither.ts, for the indices `n`: the low half of each hash less the high one. */
// @ts-ignore: decorator
@inline
function draw(n: v128, key: i32): v128 {
  let h = v128.xor(n, i32x4.splat(key));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x85ebca6b));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(0xc2b2ae35));
  h = v128.xor(h, i32x4.shr_u(h, 16));
  return i32x4.dot_i16x8_s(i16x8.shr_s(h, 1), i32x4.splat(0xffff0001));
}

// @ts-ignore: decorator
@inline
function sum(counts: v128): i32 {
  const pairs = i32x4.add(counts, v128.shuffle<i32>(counts, counts, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** Four samples of `quantise16`, rounded and not yet clipped. */
// @ts-ignore: decorator
@inline
function round16(scaled: v128, dither: bool, n: v128, key: i32, limit: v128): v128 {
  if (!dither) return i32x4.trunc_sat_f32x4_s(f32x4.nearest(scaled));
  const fine = i32x4.min_s(i32x4.max_s(i32x4.trunc_sat_f32x4_s(scaled), i32x4.neg(limit)), limit);
  return i32x4.shr_s(i32x4.add(fine, i32x4.add(draw(n, key), i32x4.splat(1 << 14))), 15);
}

/**
 * Floats to 16-bit integers of up to 16 bits; gives the number of clipped samples. Full scale in dither units fits
 * 31 bits, so the sum is exact in 32-bit integers.
 */
export function quantise16(src: usize, dst: usize, samples: i32, bits: i32, dither: i32, key: i32, index: i32): i32 {
  return dither
    ? quantise16As(true, src, dst, samples, bits, key, index)
    : quantise16As(false, src, dst, samples, bits, key, index);
}

// @ts-ignore: decorator
@inline
function quantise16As(dither: bool, src: usize, dst: usize, samples: i32, bits: i32, key: i32, index: i32): i32 {
  v128.store(lane(src, samples), i64x2.splat(0));
  v128.store(lane(src, samples), i64x2.splat(0), 16);
  const fullScale = 1 << (bits - 1);
  const scale = f32x4.splat(<f32>fullScale * (dither ? <f32>UNITS : 1));
  const limit = i32x4.splat(fullScale * 40960); // 1.25 of full scale in dither units: clipped for sure, no overflow
  const top = i16x8.splat(<i16>(fullScale - 1));
  const bottom = i16x8.splat(<i16>-fullScale);
  let same = i32x4.splat(0);
  let n = i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3));
  for (let i = 0; i < samples; i += 8) {
    const a = round16(f32x4.mul(v128.load(lane(src, i)), scale), dither, n, key, limit);
    n = i32x4.add(n, i32x4.splat(4));
    const b = round16(f32x4.mul(v128.load(lane(src, i), 16), scale), dither, n, key, limit);
    n = i32x4.add(n, i32x4.splat(4));
    const kept = i16x8.min_s(i16x8.max_s(i16x8.narrow_i32x4_s(a, b), bottom), top);
    same = i32x4.sub(same, i32x4.eq(a, i32x4.extend_low_i16x8_s(kept)));
    same = i32x4.sub(same, i32x4.eq(b, i32x4.extend_high_i16x8_s(kept)));
    v128.store(dst + (<usize>i << 1), kept);
  }
  return ((samples + 7) & ~7) - sum(same);
}

/** Two samples of `quantise32`, rounded and not yet clipped. */
// @ts-ignore: decorator
@inline
function round32(x: v128, dither: bool, offsets: v128, scale: v128): v128 {
  const scaled = f64x2.mul(f64x2.promote_low_f32x4(x), scale);
  if (!dither) return f64x2.nearest(scaled);
  const sum = f64x2.add(f64x2.trunc(scaled), f64x2.convert_low_i32x4_s(offsets));
  return f64x2.floor(f64x2.mul(sum, f64x2.splat(1 / UNITS)));
}

// @ts-ignore: decorator
@inline
function clip32(q: v128, top: f64): v128 {
  return f64x2.pmin(f64x2.splat(top), f64x2.pmax(f64x2.splat(-1 - top), q));
}

/** Floats to integers of 24 or 32 bits; gives the number of clipped samples. The sum is exact in 64-bit floats. */
export function quantise32(src: usize, dst: usize, samples: i32, bits: i32, dither: i32, key: i32, index: i32): i32 {
  return dither
    ? quantise32As(true, src, dst, samples, bits, key, index)
    : quantise32As(false, src, dst, samples, bits, key, index);
}

// @ts-ignore: decorator
@inline
function quantise32As(dither: bool, src: usize, dst: usize, samples: i32, bits: i32, key: i32, index: i32): i32 {
  v128.store(lane(src, samples), i64x2.splat(0));
  const fullScale = <f64>(<i64>1 << (bits - 1));
  const scale = f64x2.splat(fullScale * (dither ? UNITS : 1));
  const rounder = f64x2.splat(6755399441055744); // 1.5 * 2^52: the low word of the sum is the integer
  let same = i32x4.splat(0);
  let n = i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3));
  for (let i = 0; i < samples; i += 4) {
    const any = v128.load(lane(src, i));
    const x = v128.and(any, f32x4.eq(any, any));
    let offsets = i32x4.splat(0);
    if (dither) {
      offsets = i32x4.add(draw(n, key), i32x4.splat(1 << 14));
      n = i32x4.add(n, i32x4.splat(4));
    }
    const a = round32(x, dither, offsets, scale);
    const high = v128.shuffle<i32>(x, x, 2, 3, 2, 3);
    const b = round32(high, dither, v128.shuffle<i32>(offsets, offsets, 2, 3, 2, 3), scale);
    const keptA = clip32(a, fullScale - 1);
    const keptB = clip32(b, fullScale - 1);
    same = i32x4.sub(same, v128.shuffle<i32>(f64x2.eq(a, keptA), f64x2.eq(b, keptB), 0, 2, 4, 6));
    const words = v128.shuffle<i32>(f64x2.add(keptA, rounder), f64x2.add(keptB, rounder), 0, 2, 4, 6);
    v128.store(lane(dst, i), words);
  }
  return ((samples + 3) & ~3) - sum(same);
}
