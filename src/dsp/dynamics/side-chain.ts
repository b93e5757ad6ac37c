import type { Planar } from '../../audio/block.ts';
import { DelayLine } from '../delay/delay-line.ts';
import { KeyFilter, type KeyFilterCorners } from '../filters/key-filter.ts';
import type { StateMemory } from '../kernel-memory.ts';

/** What works out gains from what it hears, and then applies them. */
interface KeyedGain {
  listen(key: Planar, frames: number): void;
  apply(main: Planar, frames: number): void;
}

interface SideChainOptions {
  readonly channels: number;
  readonly sampleRate: number;
  readonly maxFrames: number;
  /** How far the gain sees ahead. */
  readonly lookaheadMs: number;
}

/** Has a gain hear a key, behind a filter, and change audio that is late by the lookahead. */
export class SideChain {
  /** Frames by which the audio is late. */
  readonly latency: number;
  readonly #delay: DelayLine;
  readonly #filter: KeyFilter;

  constructor(state: StateMemory, { channels, sampleRate, maxFrames, lookaheadMs }: SideChainOptions) {
    this.latency = Math.round((lookaheadMs / 1000) * sampleRate);
    this.#delay = new DelayLine(state, channels, this.latency);
    this.#filter = new KeyFilter(state, channels, sampleRate, maxFrames);
  }

  /** Filters the key at the corners at once, or with `glide` fades to them. */
  set(corners: KeyFilterCorners, glide: boolean): void {
    this.#filter.set(corners, glide);
  }

  /** Changes the audio in place; without a key it is its own. */
  process(gain: KeyedGain, main: Planar, key: Planar | null, frames: number): void {
    gain.listen(this.#filter.process(key ?? main, frames), frames);
    this.#delay.process(main, frames);
    gain.apply(main, frames);
  }
}
