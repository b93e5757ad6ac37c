import type { Planar } from '../../audio/block.ts';
import { DelayLine } from '../delay/delay-line.ts';
import { multiply } from '../gain/gain.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { channelLevel, loudestLevel, smallestOf } from '../levels/level.ts';
import { TRUE_PEAK_LAG, TruePeak } from '../levels/true-peak.ts';
import { ChannelLink } from './channel-link.ts';
import { DelayedCeiling } from './delayed-ceiling.ts';
import { LimiterGain, type LimiterRelease } from './limiter-gain.ts';

/** What is fixed while a pass runs; lengths in frames. */
export interface LimiterPassOptions {
  readonly channels: number;
  readonly maxFrames: number;
  /** What is held under the ceiling: samples; the readings of BS.1770 Annex 2; those and our own finer ones. */
  readonly reading: 'sample' | 'annex2' | 'fine';
  /** Frames over which the gain moves, and for which a peak is held at least. */
  readonly lookahead: number;
  readonly hold: number;
  /** Share by which levels over the ceiling are brought under it, 0 to 1. */
  readonly margin: number;
  /** How far channels follow the loudest: 0 each by itself, 1 all alike. */
  readonly link: number;
  /** Frames by which a lower ceiling comes into force later. */
  readonly ceilingDelay: number;
}

/** Frames before and behind a gap over which the gain obeys its reading: the span of the Annex 2 filter. */
const SPAN = 5;

/** A gain and the channels that it hears. */
interface Lane {
  readonly first: number;
  readonly peaks: readonly TruePeak[];
  readonly level: Float32Array;
  readonly gain: LimiterGain;
  readonly gains: Float64Array;
}

/** One pass over the audio: reads its level, and multiplies what comes later by a gain that obeys it. */
export class LimiterPass {
  readonly latency: number;
  readonly #state: StateMemory;
  readonly #delay: DelayLine;
  readonly #lanes: readonly Lane[];
  readonly #link: ChannelLink;
  readonly #ceiling: DelayedCeiling;
  /** Frames since a sample last came in that the pass before had changed. */
  readonly #untouched: Int32Array;
  readonly #smallest: Float64Array;

  constructor(state: StateMemory, options: LimiterPassOptions) {
    const { channels, maxFrames, reading, lookahead, margin, link, ceilingDelay } = options;
    const { memory } = state;
    const between = reading !== 'sample';
    const span = between ? SPAN : 0;
    const hold = Math.max(options.hold, lookahead + 2 * span + 2);
    const heard = link === 1 ? channels : 1;
    this.latency = lookahead + span + (between ? TRUE_PEAK_LAG : 0);
    this.#state = state;
    this.#delay = new DelayLine(state, channels, this.latency);
    this.#lanes = Array.from({ length: channels / heard }, (_, first) => ({
      first,
      peaks: Array.from(
        { length: between ? heard : 0 },
        () => new TruePeak(state, { fine: reading === 'fine', maxFrames }),
      ),
      level: TruePeak.levels(memory, maxFrames),
      gain: new LimiterGain(state, { maxFrames, lookahead, hold, margin }),
      gains: memory.f64(maxFrames),
    }));
    const depths = this.#lanes.map(({ gain }) => gain.depth);
    this.#link = new ChannelLink(memory, depths, { link, maxFrames });
    this.#ceiling = new DelayedCeiling(state, ceilingDelay);
    this.#untouched = state.i32(1, 2 * TRUE_PEAK_LAG);
    this.#smallest = state.f64(1, 1);
  }

  setRelease(release: LimiterRelease): void {
    for (const { gain } of this.#lanes) gain.setRelease(release);
  }

  /** Linear, a value that 32-bit float holds. A lower one while running comes into force after the delay. */
  setCeiling(ceiling: number, running: boolean): void {
    if (running) this.#ceiling.move(ceiling);
    else this.#ceiling.jump(ceiling);
  }

  /** The gain that holds the newest frame down. */
  get newest(): number {
    return this.#lanes.reduce((least, { gain }) => Math.min(least, gain.newest), 1);
  }

  /** The smallest gain so far. */
  get smallest(): number {
    return this.#smallest[0];
  }

  /**
   * In place. `touched` says whether the pass before changed any of these samples: readings of samples that it left
   * alone are under the ceiling already. Gives whether this pass changed any.
   */
  process(main: Planar, frames: number, touched: boolean): boolean {
    const needed = touched || this.#untouched[0] < 2 * TRUE_PEAK_LAG;
    this.#untouched[0] = touched ? 0 : Math.min(this.#untouched[0] + frames, 2 * TRUE_PEAK_LAG);
    this.#take(main, frames);
    const idle = !needed && this.#resting;
    if (idle) this.#ceiling.advance(frames);
    else this.#measure(main, frames, needed);
    this.#delay.process(main, frames);
    return !idle && this.#apply(main, frames);
  }

  /** Whether levels under the ceiling leave every gain at 1. */
  get #resting(): boolean {
    for (let n = 0; n < this.#lanes.length; n++) if (!this.#lanes[n].gain.resting) return false;
    return this.#ceiling.settled;
  }

  /** Shows the audio to those that read between the samples. */
  #take(main: Planar, frames: number): void {
    for (let lane = 0; lane < this.#lanes.length; lane++) {
      const { first, peaks } = this.#lanes[lane];
      for (let n = 0; n < peaks.length; n++) peaks[n].take(main[first + n], frames);
    }
  }

  /** From audio to the depths that it asks for, span by span between changes of the ceiling. */
  #measure(main: Planar, frames: number, needed: boolean): void {
    for (let n = 0; n < this.#lanes.length; n++) {
      const { first, peaks, level } = this.#lanes[n];
      if (!needed) level.fill(0, 0, frames);
      else if (peaks.length === 0) this.#measureSamples(main, first, level, frames);
    }
    const ceiling = this.#ceiling;
    for (let at = 0; at < frames; ) {
      const span = ceiling.span(frames - at);
      for (let n = 0; n < this.#lanes.length; n++) {
        this.#lanes[n].gain.setCeiling(ceiling.value);
        this.#follow(this.#lanes[n], at, at + span, needed);
      }
      ceiling.advance(span);
      at += span;
    }
  }

  #measureSamples(main: Planar, first: number, level: Float32Array, frames: number): void {
    const { kernels } = this.#state.memory;
    if (this.#lanes.length > 1) channelLevel(kernels, main[first], level, frames);
    else loudestLevel(kernels, main, level, frames);
  }

  /** Reads and follows frames `from` to `to`, in spans within which levels under a floor need no reading. */
  #follow(lane: Lane, from: number, to: number, needed: boolean): void {
    const { peaks, level, gain } = lane;
    for (let at = from; at < to; ) {
      const span = gain.floorSpan(to - at);
      if (needed) {
        for (let n = 0; n < peaks.length; n++) peaks[n].read(level, at, span, gain.floor, n > 0);
      }
      gain.follow(level, at, span);
      at += span;
    }
  }

  /** From depths to gains on the audio; whether any gain was not 1. */
  #apply(main: Planar, frames: number): boolean {
    const { kernels } = this.#state.memory;
    this.#link.draw(0, frames);
    const linked = this.#lanes.length === 1;
    let changed = false;
    for (let lane = 0; lane < this.#lanes.length; lane++) {
      const { first, gain, gains } = this.#lanes[lane];
      if (!gain.smooth(gains, frames)) continue;
      changed = true;
      this.#smallest[0] = smallestOf(kernels, gains, frames, this.#smallest[0]);
      const end = linked ? main.length : first + 1;
      for (let n = first; n < end; n++) multiply(kernels, main[n], gains, frames);
    }
    return changed;
  }
}
