import type { Planar } from '../audio/block.ts';
import { DITHER_UNITS, tpdfDraw } from '../dsp/dither/dither.ts';
import type { NoiseShaper } from '../dsp/dither/noise-shaper.ts';
import type { KernelMemory, Kernels } from '../dsp/kernel-memory.ts';
import { ENCODINGS, type SampleEncoding, type SampleFormat } from './sample-format.ts';

/** The dither of a run of frames: channel c of frame i draws with `index + i * channels + c`. */
export interface DitherRun {
  readonly key: number;
  readonly index: number;
}

/** Turns planar floats into interleaved bytes. */
export interface PcmEncoder {
  /** Where the bytes of up to `maxFrames` frames appear. */
  readonly bytes: Uint8Array;
  /**
   * Encodes `frames` frames from `start` on to their place in `bytes` and says how many samples an integer format
   * had to clip. Without dither integers are rounded to nearest, ties to even; NaN becomes 0. Floats take no dither.
   */
  encode(channels: Planar, start: number, frames: number, dither: DitherRun | null): number;
}

interface PcmEncoderOptions {
  readonly memory: KernelMemory;
  readonly sampleFormat: SampleFormat;
  readonly channels: number;
  readonly maxFrames: number;
  /** Shapes the noise of what is dithered. @default null */
  readonly shaper?: NoiseShaper | null;
}

/** Kernels work in vectors and run over the end of what they read and write by up to this many bytes. */
const SPARE_BYTES = 32;

/** Adding and taking away 1.5 * 2^52 rounds to the nearest whole number, ties to even, below 2^51. */
const ROUNDER = 6755399441055744;

/**
 * The integer for a sample, before clipping. With dither, everything is counted in 2^-15 LSB, so that the sum is
 * exact and both backends agree to the bit: floor(x + dither + 1/2), x cut to those units.
 */
function quantise(x: number, fullScale: number, dither: number | null): number {
  const limited = Number.isNaN(x) ? 0 : Math.min(Math.max(x, -1.25), 1.25);
  if (dither === null) return limited * fullScale + ROUNDER - ROUNDER;
  const fine = Math.trunc(limited * fullScale * DITHER_UNITS);
  return Math.floor((fine + dither + DITHER_UNITS / 2) / DITHER_UNITS);
}

type WriteSample = (view: DataView, at: number, value: number, littleEndian: boolean) => void;

const WRITERS: Readonly<Record<SampleEncoding, WriteSample>> = {
  u8: (view, at, value) => view.setUint8(at, value + 128),
  s16: (view, at, value, le) => view.setInt16(at, value, le),
  s24: (view, at, value, le) => {
    view.setUint8(le ? at : at + 2, value);
    view.setUint8(at + 1, value >> 8);
    view.setInt8(le ? at + 2 : at, value >> 16);
  },
  s24in32: (view, at, value, le) => view.setInt32(at, value * 256, le),
  s32: (view, at, value, le) => view.setInt32(at, value, le),
  f32: (view, at, value, le) => view.setFloat32(at, value, le),
  f64: (view, at, value, le) => view.setFloat64(at, value, le),
};

class ReferencePcmEncoder implements PcmEncoder {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sampleFormat: SampleFormat;
  readonly #shaper: NoiseShaper | null;

  constructor({ memory, sampleFormat, channels, maxFrames, shaper = null }: PcmEncoderOptions) {
    this.bytes = memory.u8(maxFrames * channels * ENCODINGS[sampleFormat.encoding].bytes);
    this.#view = new DataView(this.bytes.buffer);
    this.#sampleFormat = sampleFormat;
    this.#shaper = shaper;
  }

  encode(channels: Planar, start: number, frames: number, dither: DitherRun | null): number {
    const { encoding, bigEndian } = this.#sampleFormat;
    const { bytes, isFloat, fullScale } = ENCODINGS[encoding];
    const write = WRITERS[encoding];
    let at = start * channels.length * bytes;
    let index = dither?.index ?? 0;
    let clipped = 0;
    for (let i = start; i < start + frames; i++) {
      for (let c = 0; c < channels.length; c++) {
        let value = channels[c][i];
        if (!isFloat) {
          const rounded =
            dither && this.#shaper
              ? this.#shaper.step(c, value, fullScale, dither.key, index)
              : quantise(value, fullScale, dither && tpdfDraw(dither.key, index));
          value = Math.min(Math.max(rounded, -fullScale), fullScale - 1);
          if (value !== rounded) clipped++;
        }
        write(this.#view, at, value, !bigEndian);
        at += bytes;
        index++;
      }
    }
    return clipped;
  }
}

const NO_DITHER: DitherRun = { key: 0, index: 0 };

/** How floats become integers of 16 or 32 bits, and how those are packed where they must be. */
const INTEGER_KERNELS = {
  u8: { quantise: 'quantise16', pack: 'packU8' },
  s16: { quantise: 'quantise16', pack: null },
  s24: { quantise: 'quantise32', pack: 'packS24' },
  s24in32: { quantise: 'quantise32', pack: 'packS24in32' },
  s32: { quantise: 'quantise32', pack: null },
} as const;

/** Up to four passes over a block that fits the cache: interleave, quantise, pack, put bytes in order. */
class KernelPcmEncoder implements PcmEncoder {
  readonly bytes: Uint8Array;
  readonly #kernels: Kernels;
  readonly #sampleFormat: SampleFormat;
  /** Interleaved floats, then the integers that are still to be packed. */
  readonly #samples: number;
  readonly #shaper: NoiseShaper | null;

  constructor(kernels: Kernels, options: PcmEncoderOptions) {
    const { memory, sampleFormat, channels, maxFrames, shaper = null } = options;
    const samples = maxFrames * channels;
    const length = samples * ENCODINGS[sampleFormat.encoding].bytes;
    this.bytes = memory.u8(length + SPARE_BYTES).subarray(0, length);
    this.#kernels = kernels;
    this.#sampleFormat = sampleFormat;
    this.#shaper = shaper;
    this.#samples = memory.f32(samples + SPARE_BYTES / 4).byteOffset;
  }

  encode(channels: Planar, start: number, frames: number, dither: DitherRun | null): number {
    const { encoding, bigEndian } = this.#sampleFormat;
    const { bytes } = ENCODINGS[encoding];
    const kernels = this.#kernels;
    const samples = frames * channels.length;
    const dst = this.bytes.byteOffset + start * channels.length * bytes;
    const floats = encoding === 'f32' ? dst : this.#samples;
    this.#interleave(channels, start, frames, floats);
    const clipped = this.#convert(floats, dst, samples, frames, dither);
    if (bigEndian) kernels.swapBytes(dst, bytes, samples);
    return clipped;
  }

  #interleave(channels: Planar, start: number, frames: number, dst: number): void {
    const kernels = this.#kernels;
    const from = start * 4;
    if (channels.length === 2) {
      kernels.interleave2(channels[0].byteOffset + from, channels[1].byteOffset + from, dst, frames);
      return;
    }
    for (let c = 0; c < channels.length; c++) {
      kernels.copyStrided(channels[c].byteOffset + from, 1, dst + c * 4, channels.length, frames);
    }
  }

  /** Floats to the bytes of the encoding, native order; 32-bit floats stand there already. */
  #convert(floats: number, dst: number, samples: number, frames: number, dither: DitherRun | null): number {
    const { encoding } = this.#sampleFormat;
    const kernels = this.#kernels;
    if (encoding === 'f64') kernels.floatToF64(floats, dst, samples);
    if (encoding === 'f64' || encoding === 'f32') return 0;
    const { quantise, pack } = INTEGER_KERNELS[encoding];
    const integers = pack ? floats : dst;
    const { bits } = ENCODINGS[encoding];
    const { key, index } = dither ?? NO_DITHER;
    const clipped =
      dither && this.#shaper
        ? this.#shaper.quantise(floats, integers, frames, bits, key, index)
        : kernels[quantise](floats, integers, samples, bits, dither ? 1 : 0, key, index);
    if (pack) kernels[pack](integers, dst, samples);
    return clipped;
  }
}

/** An encoder on `memory`, whose backend it uses; the channels it is given must be arrays of that memory. */
export function createPcmEncoder(options: PcmEncoderOptions): PcmEncoder {
  const { kernels } = options.memory;
  return kernels ? new KernelPcmEncoder(kernels, options) : new ReferencePcmEncoder(options);
}
