// Sample formats: interleaved bytes <-> interleaved floats <-> planar floats, four samples a vector.
// The contiguous passes have no scalar tail: they run over the end by up to 16 bytes, which their buffers spare.
// Twins: the readers in src/io/pcm-decoder.ts, the writers and `quantise` in src/io/pcm-encoder.ts.

/** Units of one LSB in which dither is drawn and added. */
const UNITS: f64 = 32768;

// @ts-ignore: decorator
@inline
function lane(pointer: usize, index: i32): usize {
  return pointer + (<usize>index << 2);
}

/** Unsigned 8-bit with its zero at 128 to floats. */
export function u8ToFloat(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 4) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(src + i));
    const centred = i32x4.sub(i32x4.extend_low_i16x8_s(words), i32x4.splat(128));
    v128.store(lane(dst, i), f32x4.mul(f32x4.convert_i32x4_s(centred), f32x4.splat(<f32>(1.0 / 128))));
  }
}

/** 16-bit to floats. */
export function s16ToFloat(src: usize, dst: usize, samples: i32): void {
  const scale = f32x4.splat(<f32>(1.0 / 32768));
  for (let i = 0; i < samples; i += 4) {
    const wide = v128.load16x4_s(src + (<usize>i << 1));
    v128.store(lane(dst, i), f32x4.mul(f32x4.convert_i32x4_s(wide), scale));
  }
}

/** Interleaved 16-bit stereo to planar floats; writes not a sample too many. */
export function s16ToStereo(src: usize, left: usize, right: usize, frames: i32): void {
  const scale = f32x4.splat(<f32>(1.0 / 32768));
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const pairs = v128.load(lane(src, i));
    const low = i32x4.shr_s(i32x4.shl(pairs, 16), 16);
    v128.store(lane(left, i), f32x4.mul(f32x4.convert_i32x4_s(low), scale));
    v128.store(lane(right, i), f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(pairs, 16)), scale));
  }
  for (; i < frames; i++) {
    store<f32>(lane(left, i), <f32>load<i16>(lane(src, i)) * <f32>(1.0 / 32768));
    store<f32>(lane(right, i), <f32>load<i16>(lane(src, i), 2) * <f32>(1.0 / 32768));
  }
}

/** Packed 24-bit to floats: the three bytes go to the top of a 32-bit lane, which is then a 32-bit sample. */
export function s24ToFloat(src: usize, dst: usize, samples: i32): void {
  const scale = f32x4.splat(<f32>(1.0 / 2147483648));
  const top = i8x16(-1, 0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11);
  for (let i = 0; i < samples; i += 4) {
    const wide = i8x16.swizzle(v128.load(src + i * 3), top);
    v128.store(lane(dst, i), f32x4.mul(f32x4.convert_i32x4_s(wide), scale));
  }
}

/** 32-bit containers to floats; `mask` keeps the valid bits. */
export function s32ToFloat(src: usize, dst: usize, samples: i32, mask: i32): void {
  const scale = f32x4.splat(<f32>(1.0 / 2147483648));
  const valid = i32x4.splat(mask);
  for (let i = 0; i < samples; i += 4) {
    const wide = v128.and(v128.load(lane(src, i)), valid);
    v128.store(lane(dst, i), f32x4.mul(f32x4.convert_i32x4_s(wide), scale));
  }
}

/** 64-bit to 32-bit floats. */
export function f64ToFloat(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 2) {
    v128.store64_lane(lane(dst, i), f32x4.demote_f64x2_zero(v128.load(src + (<usize>i << 3))), 0);
  }
}

/** 32-bit to 64-bit floats. */
export function floatToF64(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 2) {
    v128.store(dst + (<usize>i << 3), f64x2.promote_low_f32x4(v128.load64_zero(lane(src, i))));
  }
}

/** Integers to unsigned 8-bit. */
export function packU8(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 4) {
    const words = i32x4.add(v128.load(lane(src, i)), i32x4.splat(128));
    v128.store32_lane(dst + i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(words, words), words), 0);
  }
}

/** Integers to 16-bit. */
export function packS16(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 8) {
    const words = i16x8.narrow_i32x4_s(v128.load(lane(src, i)), v128.load(lane(src, i), 16));
    v128.store(dst + (<usize>i << 1), words);
  }
}

/** Integers to packed 24-bit. */
export function packS24(src: usize, dst: usize, samples: i32): void {
  const low = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  for (let i = 0; i < samples; i += 4) {
    v128.store(dst + i * 3, i8x16.swizzle(v128.load(lane(src, i)), low));
  }
}

/** Integers of 24 bits to the top of 32-bit containers. */
export function packS24in32(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 4) {
    v128.store(lane(dst, i), i32x4.shl(v128.load(lane(src, i)), 8));
  }
}

/** Reverses the bytes of each sample of 2, 3, 4 or 8 bytes, in place. */
export function swapBytes(data: usize, size: i32, samples: i32): void {
  for (let at = data, end = data + samples * size; at < end; at += size) {
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const byte = load<u8>(low);
      store<u8>(low, load<u8>(high));
      store<u8>(high, byte);
    }
  }
}

/** Four draws of `tpdfDraw` in src/dsp/dither.ts, for the indices `n`. */
// @ts-ignore: decorator
@inline
function draw(n: v128, key: i32): v128 {
  let h = v128.xor(n, i32x4.splat(key));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x7feb352d));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x846ca68b));
  h = v128.xor(h, i32x4.shr_u(h, 16));
  return i32x4.sub(i32x4.shr_u(h, 17), v128.and(h, i32x4.splat(0x7fff)));
}

/** Samples in whole vectors of four. */
// @ts-ignore: decorator
@inline
function padded(samples: i32): i32 {
  return (samples + 3) & ~3;
}

// @ts-ignore: decorator
@inline
function sum(counts: v128): i32 {
  const pairs = i32x4.add(counts, v128.shuffle<i32>(counts, counts, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/**
 * Floats to integers of up to 16 bits, held in 32; gives the number of clipped samples. Full scale in dither units
 * fits 31 bits, so the sum is exact in 32-bit integers.
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
  const fullScale = 1 << (bits - 1);
  const scale = f32x4.splat(<f32>fullScale * (dither ? <f32>UNITS : 1));
  const limit = i32x4.splat(fullScale * 40960); // 1.25 of full scale in dither units: clipped for sure, no overflow
  const top = i32x4.splat(fullScale - 1);
  const bottom = i32x4.splat(-fullScale);
  let same = i32x4.splat(0);
  let n = i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3));
  for (let i = 0; i < samples; i += 4) {
    const x = f32x4.mul(v128.load(lane(src, i)), scale);
    let q: v128;
    if (dither) {
      const fine = i32x4.trunc_sat_f32x4_s(f32x4.floor(x));
      const limited = i32x4.min_s(i32x4.max_s(fine, i32x4.neg(limit)), limit);
      q = i32x4.shr_s(i32x4.add(limited, i32x4.add(draw(n, key), i32x4.splat(1 << 14))), 15);
      n = i32x4.add(n, i32x4.splat(4));
    } else {
      q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(x));
    }
    const kept = i32x4.min_s(i32x4.max_s(q, bottom), top);
    same = i32x4.sub(same, i32x4.eq(q, kept));
    v128.store(lane(dst, i), kept);
  }
  return padded(samples) - sum(same);
}

/** Two samples of `quantise32`, rounded and not yet clipped. */
// @ts-ignore: decorator
@inline
function round32(x: v128, dither: bool, offsets: v128, scale: v128): v128 {
  const scaled = f64x2.mul(f64x2.promote_low_f32x4(x), scale);
  if (!dither) return f64x2.nearest(scaled);
  const sum = f64x2.add(f64x2.floor(scaled), f64x2.convert_low_i32x4_s(offsets));
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
  return padded(samples) - sum(same);
}

/** Interleaved to planar for two channels; writes not a sample too many. */
export function deinterleave2(src: usize, left: usize, right: usize, frames: i32): void {
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const a = v128.load(lane(src, i << 1));
    const b = v128.load(lane(src, i << 1), 16);
    v128.store(lane(left, i), v128.shuffle<i32>(a, b, 0, 2, 4, 6));
    v128.store(lane(right, i), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
  }
  for (; i < frames; i++) {
    store<i32>(lane(left, i), load<i32>(lane(src, i << 1)));
    store<i32>(lane(right, i), load<i32>(lane(src, i << 1), 4));
  }
}

/** Planar to interleaved for two channels. */
export function interleave2(left: usize, right: usize, dst: usize, frames: i32): void {
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const a = v128.load(lane(left, i));
    const b = v128.load(lane(right, i));
    v128.store(lane(dst, i << 1), v128.shuffle<i32>(a, b, 0, 4, 1, 5));
    v128.store(lane(dst, i << 1), v128.shuffle<i32>(a, b, 2, 6, 3, 7), 16);
  }
  for (; i < frames; i++) {
    store<i32>(lane(dst, i << 1), load<i32>(lane(left, i)));
    store<i32>(lane(dst, i << 1), load<i32>(lane(right, i)), 4);
  }
}

/** Copies samples between arrays in which they stand `srcStep` and `dstStep` samples apart, bit for bit. */
export function copyStrided(src: usize, srcStep: i32, dst: usize, dstStep: i32, frames: i32): void {
  for (let i = 0; i < frames; i++) {
    store<i32>(dst, load<i32>(src));
    src += <usize>srcStep << 2;
    dst += <usize>dstStep << 2;
  }
}
