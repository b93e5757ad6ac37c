// Floats to integers with shaped noise, one sample after the other: each needs the error of the last. Twins: `step` in
// src/dsp/dither/noise-shaper.ts, `tpdfDraw` in src/dsp/dither/dither.ts.

// @ts-ignore: decorator
@inline
function draw(index: i32, key: i32): i32 {
  let h = index ^ key;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  h ^= h >>> 16;
  return ((h << 16) >> 17) - (h >> 17);
}

/** Interleaved floats to integers of 16 bits, or of 32 where `bits` is more than that; gives the number of clipped samples. */
export function quantiseShaped(
  src: usize, dst: usize, frames: i32, channels: i32, bits: i32, key: i32, index: i32,
  feedback: usize, order: i32, errors: usize,
): i32 {
  const fullScale = <f64>(<i64>1 << (bits - 1));
  const size: usize = bits > 16 ? 4 : 2;
  const last = <usize>(order - 1) << 3;
  let clipped = 0;
  for (let n = 0; n < frames; n++) {
    let history = errors;
    for (let c = 0; c < channels; c++) {
      const x = load<f32>(src);
      let wanted = (x == x ? min(max(<f64>x, -1.25), 1.25) : 0) * fullScale;
      for (let k: usize = 0; k <= last; k += 8) wanted -= load<f64>(feedback + k) * load<f64>(history + k);
      const rounded = Math.floor(wanted + <f64>draw(index, key) / 32768 + 0.5);
      memory.copy(history + 8, history, last);
      store<f64>(history, rounded - wanted);
      const kept = min(max(rounded, -fullScale), fullScale - 1);
      clipped += kept != rounded ? 1 : 0;
      if (size == 4) store<i32>(dst, <i32>kept);
      else store<i16>(dst, <i16>(<i32>kept));
      history += last + 8;
      src += 4;
      dst += size;
      index++;
    }
  }
  return clipped;
}
