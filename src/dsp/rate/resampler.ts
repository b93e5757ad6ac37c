import type { Planar } from '../../audio/block.ts';
import { copyInto } from '../gain/gain.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { type SincBank, type SincDesign, sincBank } from './sinc-bank.ts';

/** How steep and how deep the low-pass is. */
export const RESAMPLING_QUALITIES = ['fast', 'good', 'best'] as const;
export type ResamplingQuality = (typeof RESAMPLING_QUALITIES)[number];

/** The designs behind the names; `best` is flat to 20.2 kHz of 44.1 kHz. */
const RESAMPLING_DESIGNS: Readonly<Record<ResamplingQuality, SincDesign>> = {
  fast: { pass: 0.8, attenuation: 98 },
  good: { pass: 0.9, attenuation: 112 },
  best: { pass: 0.918, attenuation: 128 },
};

/** Parts of a phase in which a varying ratio is counted. */
const FINE = 2 ** 26;
/** A varying ratio may depart by this much from the one it was designed for. */
const MOST_DEPARTURE = 0.05;

/** What a resampler is prepared for. */
export interface ResamplerSpec {
  readonly channels: number;
  /** Hz, whole numbers. */
  readonly from: number;
  readonly to: number;
  /** Most frames that `process` takes. */
  readonly maxFrames: number;
  readonly quality: ResamplingQuality;
  /** Whether `vary` will be called. @default false */
  readonly varies?: boolean;
}

/** Greatest common divisor of two whole numbers. */
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/**
 * Frames that `frames` frames become: all whose instants lie before the end of the input, the first one on its first
 * frame, so frames * to / from, rounded up. Exact for any length.
 */
export function resampledFrames(frames: number, from: number, to: number): number {
  return Number((BigInt(frames) * BigInt(to) + BigInt(from) - 1n) / BigInt(from));
}

/**
 * Changes the sample rate by the sinc interpolation of a band-limited signal, windowed (R. E. Crochiere, L. R. Rabiner,
 * "Multirate Digital Signal Processing", 1983, 2.3 and 4.2; J. O. Smith, "Digital Audio Resampling", CCRMA, for the
 * lines between rows). Where an output frame stands is counted in whole numbers, so it never drifts.
 */
export class Resampler {
  /** Most frames that `process` gives. */
  readonly maxFramesOut: number;
  /** Frames of silence behind the last frame of the input that bring out the last frame of the output. */
  readonly tail: number;
  readonly #state: StateMemory;
  readonly #bank: SincBank;
  /** Phases of a frame, and by how many one output frame is behind the other. */
  readonly #unit: number;
  readonly #nominal: number;
  readonly #advance: Float64Array;
  /** Where the next output frame stands: in frames from the next input frame, and phases behind that. */
  readonly #position: Float64Array;
  /** The last `taps` - 1 frames of the input. */
  readonly #tails: Planar;
  /** These and room for a block, and that room. */
  readonly #window: Float32Array;
  readonly #fresh: Float32Array;
  /** 16 sums side by side, as the kernel forms them. */
  readonly #sums = new Float32Array(16);

  constructor(state: StateMemory, { channels, from, to, maxFrames, quality, varies = false }: ResamplerSpec) {
    const divisor = commonDivisor(from, to);
    const [up, down] = [to / divisor, from / divisor];
    const parts = varies ? FINE : 1;
    this.#state = state;
    this.#bank = sincBank(state.memory, up, down, RESAMPLING_DESIGNS[quality], varies);
    const { taps } = this.#bank;
    const fastest = varies ? 1 - MOST_DEPARTURE : 1;
    this.maxFramesOut = Math.ceil((maxFrames * to) / (from * fastest)) + 1;
    this.tail = taps / 2;
    this.#unit = up * parts;
    this.#nominal = down * parts;
    this.#advance = state.f64(1, this.#nominal);
    this.#position = state.f64(2);
    this.#tails = Array.from({ length: channels }, () => state.f32(taps - 1));
    this.#window = state.memory.f32(taps - 1 + maxFrames);
    this.#fresh = this.#window.subarray(taps - 1);
  }

  /**
   * Reads the input `factor` times as fast from the next block on, for two clocks that are not quite the same. The
   * sound goes on where it is; the filter stays as it was designed, so the factor is held to 0.95..1.05.
   */
  vary(factor: number): void {
    const held = Math.min(1 + MOST_DEPARTURE, Math.max(1 - MOST_DEPARTURE, factor));
    this.#advance[0] = Math.round(this.#nominal * held);
  }

  /** Frames of the input that it has taken from the instant of the next output frame on, to a fraction. */
  get held(): number {
    return -(this.#position[0] + this.#position[1] / this.#unit);
  }

  /** Takes `frames` frames and gives those output frames that are known by now; says how many. */
  process(input: Planar, output: Planar, frames: number): number {
    const { kernels } = this.#state.memory;
    const position = this.#position;
    const [at, phase] = position;
    const history = this.#bank.taps - 1;
    const window = this.#window;
    const fresh = this.#fresh;
    let count = 0;
    for (let n = 0; n < input.length; n++) {
      // Every channel starts from the same place.
      position[0] = at;
      position[1] = phase;
      window.set(this.#tails[n]);
      copyInto(kernels, fresh, input[n], frames);
      count = this.#resample(fresh, frames, output[n]);
      this.#tails[n].set(window.subarray(frames, frames + history));
    }
    position[0] -= frames;
    return count;
  }

  #resample(fresh: Float32Array, frames: number, y: Float32Array): number {
    const { kernels } = this.#state.memory;
    const { coefs, rows, taps } = this.#bank;
    const unit = this.#unit;
    const advance = this.#advance[0];
    const position = this.#position;
    if (kernels) {
      return kernels.resample(
        fresh.byteOffset,
        frames,
        coefs.byteOffset,
        taps,
        rows,
        unit,
        advance,
        position.byteOffset,
        y.byteOffset,
      );
    }
    const whole = Math.floor(advance / unit);
    const rest = advance - whole * unit;
    let [at, phase] = position;
    let count = 0;
    while (at + taps / 2 < frames) {
      const place = phase * (rows / unit);
      const row = Math.trunc(place);
      // The window's first sample stands taps - 1 before `fresh`; it ends half a window behind `at`.
      y[count++] = this.#interpolate(at + taps / 2, row, Math.fround(place - row));
      at += whole;
      phase += rest;
      if (phase >= unit) {
        phase -= unit;
        at += 1;
      }
    }
    position[0] = at;
    position[1] = phase;
    return count;
  }

  /** The window from `start` on times a row, or times what lies at `weight` on the line to the next row. */
  #interpolate(start: number, row: number, weight: number): number {
    const { fround } = Math;
    const { coefs, taps } = this.#bank;
    const x = this.#window;
    const sums = this.#sums.fill(0);
    for (let k = 0; k < taps; k++) {
      let coef = coefs[row * taps + k];
      if (weight !== 0) {
        coef = fround(coef + fround(weight * fround(coefs[(row + 1) * taps + k] - coef)));
      }
      sums[k % 16] += fround(x[start + k] * coef);
    }
    const quarter = (n: number): number =>
      fround(fround(sums[n] + sums[4 + n]) + fround(sums[8 + n] + sums[12 + n]));
    return fround(fround(quarter(0) + quarter(2)) + fround(quarter(1) + quarter(3)));
  }
}
