import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { type HalfBandDesign, HalfBandDown, HalfBandUp, LEAD, workArray } from './half-band.ts';

/** By how much a sample rate can be raised. */
export const OVERSAMPLING = [1, 2, 4, 8, 16] as const;
export type Oversampling = (typeof OVERSAMPLING)[number];

/**
 * The doublings one after the other. All are flat within 0.0001 dB up to 0.4535 of the sample rate, which is 20 kHz
 * at 44.1 kHz, and -6.02 dB at half of it. What mirrors back to below that edge is down by 100.8 dB in the first
 * doubling (filter up and filter down alike); behind it, down by 105.1 and 93.8, 110.2 and 84.2, 129.9 and 107.2 dB
 * wherever the first one passes anything. The lengths up and down are chosen so that each doubling alone
 * delays by whole frames of the sample rate: 69, 7, 2 and 1.
 */
const STEPS: readonly { readonly up: HalfBandDesign; readonly down: HalfBandDesign }[] = [
  { up: { pairs: 35, beta: 10.2 }, down: { pairs: 35, beta: 10.2 } },
  { up: { pairs: 8, beta: 11.35 }, down: { pairs: 7, beta: 10.1 } },
  { up: { pairs: 5, beta: 11.4 }, down: { pairs: 4, beta: 9.05 } },
  { up: { pairs: 5, beta: 13.4 }, down: { pairs: 4, beta: 9.7 } },
];

/** Frames that go up and down at a time, so that all that happens above stays in the nearest cache. */
const TILE = 128;

/** `frames` samples from one array to another, each from its own place on. */
function copySpan(
  kernels: Kernels | null,
  y: Float32Array,
  to: number,
  x: Float32Array,
  from: number,
  frames: number,
): void {
  if (kernels) kernels.copy(y.byteOffset + 4 * to, x.byteOffset + 4 * from, frames);
  else for (let i = 0; i < frames; i++) y[to + i] = x[from + i];
}

/** What is done at the raised rate: changes `samples` samples of `y` in place; the first belongs to frame `first`. */
export type AtRaisedRate = (y: Float32Array, samples: number, first: number) => void;

/** Raises the sample rate, lets something be done there, and lowers it again, with linear phase. */
export class Oversampler {
  readonly factor: Oversampling;
  /** Frames by which everything comes later. */
  readonly latency: number;
  readonly #kernels: Kernels | null;
  readonly #ups: readonly HalfBandUp[];
  readonly #downs: readonly HalfBandDown[];
  /** The signal at the rates 1, 2, 4... */
  readonly #work: readonly Float32Array[];
  readonly #top: Float32Array;

  constructor(state: StateMemory, channels: number, factor: Oversampling) {
    const steps = STEPS.slice(0, OVERSAMPLING.indexOf(factor));
    this.factor = factor;
    this.latency = steps.reduce((sum, { up, down }, n) => sum + (up.pairs + down.pairs - 1) / 2 ** n, 0);
    this.#kernels = state.memory.kernels;
    this.#ups = steps.map(({ up }) => new HalfBandUp(state, channels, up));
    this.#downs = steps.map(({ down }, n) => new HalfBandDown(state, channels, down, TILE << n));
    this.#work = Array.from({ length: steps.length + 1 }, (_, n) => workArray(state, TILE << n));
    this.#top = this.#work[steps.length].subarray(LEAD);
  }

  /** `frames` frames of one channel from `at` on, in place. */
  process(channel: number, x: Float32Array, at: number, frames: number, act: AtRaisedRate): void {
    const work = this.#work;
    for (let done = 0; done < frames; done += TILE) {
      const tile = Math.min(TILE, frames - done);
      copySpan(this.#kernels, work[0], LEAD, x, at + done, tile);
      for (let n = 0; n < this.#ups.length; n++) {
        this.#ups[n].process(channel, work[n], work[n + 1], tile << n);
      }
      act(this.#top, tile * this.factor, done);
      for (let n = this.#downs.length - 1; n >= 0; n--) {
        this.#downs[n].process(channel, work[n + 1], work[n], tile << n);
      }
      copySpan(this.#kernels, x, at + done, work[0], LEAD, tile);
    }
  }
}
