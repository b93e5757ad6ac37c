import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';

/** Draws count in units of 2^-15 LSB. */
export const DITHER_UNITS = 32768;

/** Exact zeros that have lasted longer than this are silence, which is written without dither. In seconds. */
const BLANK_AFTER = 0.1;
/** Frames that share a key, so that an index fits 32 bits at up to 64 channels. */
const EPOCH_FRAMES = 2 ** 24;

/**
 * A bijection of 32-bit integers in which every bit of the result depends on every bit of the argument
 * (the finaliser of MurmurHash3, Appleby 2011, in the public domain).
 */
function scramble(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * The dither of one sample: the difference of two uniform 15-bit numbers, so a triangle over -1..1 LSB in units of
 * 2^-15 LSB. A function of its place alone, so how the stream is cut can't matter. With it the error of rounding
 * has a mean of 0 and a variance of 1/4 LSB^2 whatever the signal (Lipshitz, Wannamaker, Vanderkooy, "Quantization
 * and Dither: A Theoretical Survey", JAES 40(5), 1992).
 */
export function tpdfDraw(key: number, index: number): number {
  const h = scramble(index ^ key);
  return ((h << 16) >> 17) - (h >> 17);
}

/** Frames of exact silence at the start of `samples[from..to)`. */
function leadingZeros(samples: Float32Array, from: number, to: number): number {
  let i = from;
  while (i < to && samples[i] === 0) i++;
  return i - from;
}

/** Frames of exact silence at the end of `samples[from..to)`. */
function trailingZeros(samples: Float32Array, from: number, to: number): number {
  let i = to;
  while (i > from && samples[i - 1] === 0) i--;
  return to - i;
}

/**
 * Says which dither each frame gets: `key` and `index` of the next one for `tpdfDraw` (channel c of it has
 * `index + c`), and which samples are silence that gets none. All it remembers stands on a `StateMemory`.
 */
export class TpdfDither {
  readonly #seedKey: number;
  readonly #channels: number;
  readonly #blankFrames: number;
  /** Frames so far. */
  readonly #frames: Float64Array;
  /** Exact zeros that each channel ends with so far. */
  readonly #zeros: Float64Array;

  constructor(state: StateMemory, channels: number, sampleRate: number, seed: number) {
    this.#seedKey = scramble(seed);
    this.#channels = channels;
    this.#blankFrames = Math.ceil(BLANK_AFTER * sampleRate);
    this.#frames = state.f64(1);
    this.#zeros = state.f64(channels);
  }

  get key(): number {
    return scramble(this.#seedKey + Math.floor(this.#frames[0] / EPOCH_FRAMES));
  }

  get index(): number {
    return (this.#frames[0] % EPOCH_FRAMES) * this.#channels;
  }

  /** How many of the next `frames` frames may be handled at once: one key, and no silence that begins inside. */
  span(frames: number): number {
    return Math.min(frames, this.#blankFrames, EPOCH_FRAMES - (this.#frames[0] % EPOCH_FRAMES));
  }

  /** Steps over `frames` frames of `channels` from `start` on, at most a span, and calls `blank` for their silence. */
  advance(
    channels: Planar,
    start: number,
    frames: number,
    blank: (channel: number, from: number, to: number) => void,
  ): void {
    const end = start + frames;
    for (let c = 0; c < channels.length; c++) {
      const leading = leadingZeros(channels[c], start, end);
      const dithered = Math.max(0, this.#blankFrames - this.#zeros[c]);
      if (leading > dithered) blank(c, start + dithered, start + leading);
      this.#zeros[c] = leading === frames ? this.#zeros[c] + frames : trailingZeros(channels[c], start, end);
    }
    this.#frames[0] += frames;
  }
}
