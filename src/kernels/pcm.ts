// Sample formats: interleaved bytes <-> interleaved samples <-> planar floats, four samples a vector.
// The contiguous passes have no scalar tail: they run over the end by up to 32 bytes, which their buffers spare.
// Twins: the readers in src/io/pcm-decoder.ts and the writers in src/io/pcm-encoder.ts.

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

/** 16-bit integers to unsigned 8-bit. */
export function packU8(src: usize, dst: usize, samples: i32): void {
  for (let i = 0; i < samples; i += 8) {
    const words = i16x8.add(v128.load(src + (<usize>i << 1)), i16x8.splat(128));
    v128.store64_lane(dst + i, i8x16.narrow_i16x8_u(words, words), 0);
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
  if (srcStep == 1 && dstStep == 1) {
    memory.copy(dst, src, <usize>frames << 2);
    return;
  }
  for (let i = 0; i < frames; i++) {
    store<i32>(dst, load<i32>(src));
    src += <usize>srcStep << 2;
    dst += <usize>dstStep << 2;
  }
}
