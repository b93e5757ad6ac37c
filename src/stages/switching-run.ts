import type { AudioBlock, Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { KernelMemory } from '../dsp/kernel-memory.ts';
import { PlanarQueue } from '../dsp/planar-queue.ts';
import type { AlignedRun, BlockRun } from './aligned-run.ts';

/** How long a new run hears the input before it is heard, in seconds. */
const PRIME_SECONDS = 1;
/** Length of the crossfade to the new run. */
const FADE_SECONDS = 0.05;

/** A run that is taking over. */
interface Change {
  readonly next: AlignedRun;
  /** Stream frame at which it heard its first input; frame at which the fade begins; frames faded. */
  readonly origin: number;
  readonly fadeStart: number;
  faded: number;
  /** What each of the two has put out from `fadeStart` on and is not heard yet. */
  readonly before: PlanarQueue;
  readonly after: PlanarQueue;
}

/**
 * A run that can be replaced while audio flows, without a click and without losing a frame: the new one hears the input
 * for a second beside the old one and is then faded in over 50 ms. Both give out frames of the stream, so they are
 * aligned whatever their latencies; with a longer one the output waits for it, with a shorter one it waits in a queue.
 */
export class SwitchingRun implements BlockRun {
  readonly format: AudioFormat;
  readonly outputFormat: AudioFormat;
  readonly maxFrames: number;
  /** Fill up to `maxFrames` frames here, then call `process`. On the memory of the first run for good. */
  readonly input: Planar;
  readonly #output: Planar;
  readonly #fadeFrames: number;
  #current: AlignedRun;
  /** Stream frame at which the current run heard its first input. */
  #origin = 0;
  #change: Change | null = null;
  #pending: (() => AlignedRun) | null = null;
  /** Frames ready to leave that have not. Null as long as nothing was ever replaced. */
  #ready: PlanarQueue | null = null;
  #framesIn = 0;
  #framesOut = 0;

  constructor(first: AlignedRun, memory: KernelMemory) {
    const { format, outputFormat, maxFrames, input } = first;
    this.format = format;
    this.outputFormat = outputFormat;
    this.maxFrames = maxFrames;
    this.input = input;
    this.#output = memory.planar(outputFormat.channels, maxFrames);
    this.#fadeFrames = Math.max(1, Math.round(FADE_SECONDS * format.sampleRate));
    this.#current = first;
  }

  get maxFramesOut(): number {
    return this.maxFrames;
  }

  get framesIn(): number {
    return this.#ready === null ? this.#current.framesIn : this.#framesIn;
  }

  get framesOut(): number {
    return this.#ready === null ? this.#current.framesOut : this.#framesOut;
  }

  /** Whether a replacement is under way. */
  get changing(): boolean {
    return this.#change !== null || this.#pending !== null;
  }

  /**
   * Replaces the run; `open` is called when the change begins, at once or after the one that is under way. Of several
   * that wait the last one counts. The new run must have the same formats and `maxFrames`.
   */
  replace(open: () => AlignedRun): void {
    this.#pending = open;
  }

  process(frames: number): AudioBlock {
    if (this.#pending !== null && this.#change === null) this.#begin(this.#pending());
    if (this.#ready === null) return this.#current.process(frames);
    // Both read before either runs: a run may work in place on its input.
    if (this.#change) copy(this.#change.next.input, this.input, frames);
    if (this.#current.input !== this.input) copy(this.#current.input, this.input, frames);
    this.#framesIn += frames;
    this.#takeBefore(this.#current.process(frames));
    if (this.#change) this.#takeAfter(this.#change, this.#change.next.process(frames));
    return this.#leave();
  }

  *flush(): Generator<AudioBlock, void, void> {
    const change = this.#change;
    if (this.#ready === null) {
      yield* this.#current.flush();
      return;
    }
    for (const block of this.#current.flush()) {
      this.#takeBefore(block);
      yield* this.#leaveAll();
    }
    if (change !== null) {
      for (const block of change.next.flush()) {
        this.#takeAfter(change, block);
        yield* this.#leaveAll();
      }
    }
    yield* this.#leaveAll();
  }

  #begin(next: AlignedRun): void {
    const { channels, sampleRate } = this.outputFormat;
    if (this.#ready === null) {
      this.#framesIn = this.#current.framesIn;
      this.#framesOut = this.#current.framesOut;
    }
    // While one waits for the other, each queue holds a block, the difference of the latencies and the tail at the end.
    const capacity = 4 * this.maxFrames + this.#current.latency + next.latency;
    this.#pending = null;
    this.#ready ??= new PlanarQueue(channels, 2 * capacity);
    this.#change = {
      next,
      origin: this.#framesIn,
      fadeStart: this.#framesIn + Math.round(PRIME_SECONDS * sampleRate),
      faded: 0,
      before: new PlanarQueue(channels, capacity),
      after: new PlanarQueue(channels, capacity),
    };
  }

  /** What the current run puts out: ready, or from the start of a fade on waiting for the new run. */
  #takeBefore({ channels, start, frames }: AudioBlock): void {
    const change = this.#change;
    const split = change ? clamp(change.fadeStart - (this.#origin + start), 0, frames) : frames;
    this.#ready!.push(channels, 0, split);
    if (change) change.before.push(channels, split, frames);
  }

  /** What the new run puts out: dropped while it is primed, then faded in as far as the old one has come. */
  #takeAfter(change: Change, { channels, start, frames }: AudioBlock): void {
    const { origin, fadeStart, before, after } = change;
    after.push(channels, clamp(fadeStart - (origin + start), 0, frames), frames);
    const both = Math.min(before.frames, after.frames);
    for (let n = 0; n < channels.length; n++) {
      const [from, to] = [before.channels[n], after.channels[n]];
      for (let i = 0; i < both; i++) {
        const weight = Math.min(1, (change.faded + i) / this.#fadeFrames);
        to[i] = from[i] + weight * (to[i] - from[i]);
      }
    }
    this.#ready!.push(after.channels, 0, both);
    before.shift(null, both);
    after.shift(null, both);
    change.faded += both;
    if (change.faded < this.#fadeFrames) return;
    this.#ready!.push(after.channels, 0, after.frames);
    this.#current = change.next;
    this.#origin = origin;
    this.#change = null;
  }

  /** Up to `maxFrames` of the ready frames. */
  #leave(): AudioBlock {
    const start = this.#framesOut;
    const frames = this.#ready!.shift(this.#output, this.maxFrames);
    this.#framesOut += frames;
    return { format: this.outputFormat, start, frames, channels: this.#output };
  }

  *#leaveAll(): Generator<AudioBlock, void, void> {
    while (this.#ready!.frames > 0) yield this.#leave();
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function copy(target: Planar, source: Planar, frames: number): void {
  for (let n = 0; n < target.length; n++) target[n].set(source[n].subarray(0, frames));
}
