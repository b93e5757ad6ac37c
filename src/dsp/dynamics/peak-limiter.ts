import type { Planar } from '../../audio/block.ts';
import { dbToGain } from '../elementary.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { smoothingCoefficient } from './envelope.ts';
import { LimiterPass } from './limiter-pass.ts';

/** A peak is held for half a period of 50 Hz, so that the gain does not follow the waveform of a bass. */
const HOLD_MS = 10;
/** Levels over the ceiling are brought 0.03 dB under it, which leaves the second pass little to do. */
const MARGIN = 0.0035;
/** The second pass: its gain moves by thousandths, so 43 frames are smooth at any rate; its margin is 0.003 dB. */
const CHECK_FRAMES = 43;
const CHECK_MARGIN = 0.0003;

/**
 * Adaptive release: the depth falls with a quarter of the release, but never below its own running mean over four
 * times the release. A lone transient leaves the mean near 0; in dense programme the mean is what is left to fall.
 */
const FAST = 1 / 4;
const SLOW = 4;

const scratch = new Float32Array(1);
const words = new Uint32Array(scratch.buffer);

/** The largest 32-bit float not above a positive value. */
function floatBelow(value: number): number {
  scratch[0] = value;
  if (scratch[0] > value) words[0] -= 1;
  return scratch[0];
}

/** What is fixed while a limiter runs. */
export interface PeakLimiterOptions {
  readonly sampleRate: number;
  readonly channels: number;
  readonly maxFrames: number;
  /** What the ceiling holds for: the signal between the samples too, or the samples alone. */
  readonly mode: 'truePeak' | 'samplePeak';
  /** Time in which the gain comes down before a peak. */
  readonly lookaheadMs: number;
  /** How far channels follow the loudest: 0 each by itself, 1 all alike. */
  readonly link: number;
}

/** What may change. */
export interface PeakLimiterSettings {
  /** dBTP, or dBFS for sample peaks. */
  readonly ceilingDb: number;
  /** Time constant (63.2 %) while the gain comes back. */
  readonly releaseMs: number;
  /** A quarter of the release after a lone transient, up to four times the release in dense programme. */
  readonly adaptiveRelease: boolean;
}

/**
 * A lookahead limiter: the main pass, and for true peaks a second one. A gain that changes within the span of an
 * interpolator moves its readings a little; the second pass reads what the first gives out and takes down what is still
 * over.
 */
export class PeakLimiter {
  readonly latency: number;
  readonly #sampleRate: number;
  readonly #limit: LimiterPass;
  readonly #check: LimiterPass | null;

  constructor(state: StateMemory, options: PeakLimiterOptions) {
    const { sampleRate, channels, maxFrames, mode, lookaheadMs, link } = options;
    const frames = (ms: number): number => Math.max(1, Math.round((ms / 1000) * sampleRate));
    const truePeak = mode === 'truePeak';
    this.#sampleRate = sampleRate;
    this.#limit = new LimiterPass(state, {
      channels,
      maxFrames,
      link,
      reading: truePeak ? 'fine' : 'sample',
      lookahead: frames(lookaheadMs),
      hold: frames(HOLD_MS) + 1,
      margin: truePeak ? MARGIN : 0,
      ceilingDelay: 0,
    });
    this.#check = truePeak
      ? new LimiterPass(state, {
          channels,
          maxFrames,
          link,
          reading: 'annex2',
          lookahead: CHECK_FRAMES,
          hold: 0,
          margin: CHECK_MARGIN,
          ceilingDelay: this.#limit.latency,
        })
      : null;
    this.latency = this.#limit.latency + (this.#check?.latency ?? 0);
  }

  /** A new ceiling needs no glide: the gain that obeys it is smooth already. `running` says that audio has passed. */
  set({ ceilingDb, releaseMs, adaptiveRelease }: PeakLimiterSettings, running: boolean): void {
    const ceiling = floatBelow(dbToGain(ceilingDb));
    const keep = (share: number): number => smoothingCoefficient(share * releaseMs, this.#sampleRate);
    const steady = { release: keep(1), slow: 1 };
    this.#limit.setRelease(adaptiveRelease ? { release: keep(FAST), slow: keep(SLOW) } : steady);
    this.#limit.setCeiling(ceiling, running);
    this.#check?.setRelease(steady);
    this.#check?.setCeiling(ceiling, running);
  }

  /** In place. */
  process(main: Planar, frames: number): void {
    const changed = this.#limit.process(main, frames, true);
    this.#check?.process(main, frames, changed);
  }

  /** The gain that holds the newest frame down, linear. */
  get newest(): number {
    return this.#limit.newest * (this.#check?.newest ?? 1);
  }

  /** The smallest gain so far, linear. */
  get smallest(): number {
    return this.#limit.smallest * (this.#check?.smallest ?? 1);
  }
}
