import type { AudioBlock, Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import { clamp } from '../dsp/clamp.ts';
import { PlanarQueue } from '../dsp/delay/planar-queue.ts';
import type { KernelMemory } from '../dsp/kernel-memory.ts';
import type { BlockRun } from './aligned-run.ts';

/** How long a new run hears the input before it is heard, in seconds. */
export const PRIME_SECONDS = 1;
/** Length of the crossfade to the new run. */
const FADE_SECONDS = 0.05;

/** Where a run that can be replaced stands, between two frames and while it is not replaced. */
export interface SwitchingSnapshot {
  readonly framesIn: number;
  readonly framesOut: number;
  /** Frames of the input and the output at which the runs began anew. */
  readonly begun: { readonly in: number; readonly out: number };
  /** Frame of the output up to which the run inside has come. */
  readonly reached: number;
  /** Frames ready to leave, a list a channel; null where the run was never replaced. */
  readonly ready: readonly Uint8Array[] | null;
}

/** A run that is taking over. */
interface Change {
  readonly next: BlockRun;
  /** Frame of the output up to which it has come; frame at which the fade begins; frames faded. */
  reached: number;
  readonly fadeStart: number;
  /** Frame of the input with which both have put out the end of the fade. */
  end: number;
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
  readonly outputFormats: readonly AudioFormat[];
  readonly maxFrames: number;
  readonly maxFramesOut: number;
  /** Length of the crossfade to a new run, in frames of the output. */
  readonly fadeFrames: number;
  /** Fill up to `span()` frames here, then call `process`. On the memory of the first run for good. */
  readonly input: Planar;
  readonly #output: Planar;
  /** Arrays of a block. */
  readonly #width: number;
  /** Frames out for a frame in. */
  readonly #ratio: number;
  readonly #advance: ((frame: number) => number) | undefined;
  #current: BlockRun;
  /** Frame of the output up to which the current run has come. */
  #reached = 0;
  #change: Change | null = null;
  #pending: { readonly open: () => BlockRun; readonly fadeStart: number | null } | null = null;
  /** Frames ready to leave that have not. Null as long as nothing was ever replaced. */
  #ready: PlanarQueue | null = null;
  #framesIn = 0;
  #framesOut = 0;
  /** Frames of the input and the output at which the runs began anew. */
  #begun = { in: 0, out: 0 };

  /** `advance` does what is due at a frame of the input and gives the next one at which there is something to do. */
  constructor(first: BlockRun, memory: KernelMemory, advance?: (frame: number) => number) {
    const { format, outputFormats, maxFrames, maxFramesOut, input } = first;
    const [{ sampleRate }] = outputFormats;
    this.format = format;
    this.outputFormats = outputFormats;
    this.maxFrames = maxFrames;
    this.maxFramesOut = maxFramesOut;
    this.#ratio = sampleRate / format.sampleRate;
    this.input = input;
    this.#width = outputFormats.reduce((sum, { channels }) => sum + channels, 0);
    this.#output = memory.planar(this.#width, maxFramesOut);
    this.fadeFrames = Math.max(1, Math.round(FADE_SECONDS * sampleRate));
    this.#current = first;
    this.#advance = advance;
  }

  get outputFormat(): AudioFormat {
    return this.outputFormats[0];
  }

  get latency(): number {
    return this.#current.latency;
  }

  get framesIn(): number {
    return this.#framesIn;
  }

  get framesOut(): number {
    return this.#framesOut;
  }

  /** Whether a replacement is under way. */
  get changing(): boolean {
    return this.#change !== null || this.#pending !== null;
  }

  /**
   * Replaces the run; `open` is called when the change begins, at once or after the one that is under way. Of several
   * that wait the last one counts. The new run must have the same formats and `maxFrames`. It is faded in from the frame
   * `fadeStart` of the output on, which has not gone out yet; a second after it began unless given. Where the rate
   * changes it must begin at a frame of the input that is one of the output too.
   */
  replace(open: () => BlockRun, fadeStart: number | null = null): void {
    this.#pending = { open, fadeStart };
  }

  /**
   * Goes on, behind `flush`, with runs that begin anew at the next frame. What is being faded in is there at once; what
   * is not heard yet keeps its frame.
   */
  beginAnew(): void {
    this.#begun = { in: this.#framesIn, out: this.#framesOut };
    this.#reached = this.#framesOut;
    const change = this.#change;
    if (change === null) return;
    change.reached = this.#framesOut;
    change.end = this.#endOf(change);
    if (change.fadeStart >= this.#framesOut) return;
    this.#current = change.next;
    this.#change = null;
  }

  /** Where it stands; not to be called while it is `changing`. */
  snapshot(): SwitchingSnapshot {
    return {
      framesIn: this.#framesIn,
      framesOut: this.#framesOut,
      begun: this.#begun,
      reached: this.#reached,
      ready: this.#ready?.snapshot() ?? null,
    };
  }

  /** Goes on where another one stood, with the run that it had come to, restored. */
  restore({ framesIn, framesOut, begun, reached, ready }: SwitchingSnapshot, current: BlockRun): void {
    this.#framesIn = framesIn;
    this.#framesOut = framesOut;
    this.#begun = begun;
    this.#reached = reached;
    this.#current = current;
    this.#ready = ready && PlanarQueue.restored(ready, 2 * Math.max(this.maxFramesOut, current.maxFramesOut));
  }

  span(): number {
    const due = this.#advance?.(this.#framesIn) ?? Number.POSITIVE_INFINITY;
    this.#beginPending();
    const next = Math.min(due, this.#change?.end ?? Number.POSITIVE_INFINITY) - this.#framesIn;
    return Math.min(this.maxFrames, next, this.#current.span(), this.#change?.next.span() ?? this.maxFrames);
  }

  process(frames: number): AudioBlock {
    this.#beginPending();
    if (this.#ready === null) {
      const block = this.#current.process(frames);
      this.#framesIn += frames;
      this.#framesOut += block.frames;
      this.#reached = this.#framesOut;
      return this.#placed(block);
    }
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
      for (const block of this.#current.flush()) {
        this.#framesOut += block.frames;
        yield this.#placed(block);
      }
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

  #beginPending(): void {
    if (this.#pending === null || this.#change !== null) return;
    const { open, fadeStart } = this.#pending;
    this.#pending = null;
    const origin = this.#begun.out + Math.round((this.#framesIn - this.#begun.in) * this.#ratio);
    const primeFrames = Math.round(PRIME_SECONDS * this.outputFormat.sampleRate);
    this.#begin(open(), origin, fadeStart ?? origin + primeFrames);
  }

  #begin(next: BlockRun, origin: number, fadeStart: number): void {
    // While one waits for the other, each queue holds a block, the difference of the latencies and the tail at the end.
    const held = Math.ceil((this.#current.latency + next.latency) * this.#ratio);
    const capacity = 4 * Math.max(this.maxFramesOut, next.maxFramesOut) + held;
    const ready = new PlanarQueue(this.#width, 2 * capacity + (this.#ready?.frames ?? 0));
    if (this.#ready !== null) ready.push(this.#ready.channels, 0, this.#ready.frames);
    this.#ready = ready;
    this.#change = {
      next,
      reached: origin,
      fadeStart,
      end: this.#endOf({ next, fadeStart }),
      faded: 0,
      before: new PlanarQueue(this.#width, capacity),
      after: new PlanarQueue(this.#width, capacity),
    };
  }

  #endOf({ next, fadeStart }: Pick<Change, 'next' | 'fadeStart'>): number {
    const latency = Math.max(this.#current.latency, next.latency);
    const frames = fadeStart + this.fadeFrames - this.#begun.out;
    return this.#begun.in + Math.ceil(frames / this.#ratio) + latency;
  }

  /** A block of a run that began anew where it stands in the stream. */
  #placed(block: AudioBlock): AudioBlock {
    return this.#begun.out === 0 ? block : { ...block, start: block.start + this.#begun.out };
  }

  /** What the current run puts out: ready, or from the start of a fade on waiting for the new run. */
  #takeBefore({ channels, frames }: AudioBlock): void {
    const change = this.#change;
    const split = change ? clamp(change.fadeStart - this.#reached, 0, frames) : frames;
    this.#reached += frames;
    this.#ready!.push(channels, 0, split);
    if (change) change.before.push(channels, split, frames);
  }

  /** What the new run puts out: dropped while it is primed, then faded in as far as the old one has come. */
  #takeAfter(change: Change, { channels, frames }: AudioBlock): void {
    const { fadeStart, before, after } = change;
    after.push(channels, clamp(fadeStart - change.reached, 0, frames), frames);
    change.reached += frames;
    const both = Math.min(before.frames, after.frames);
    for (let n = 0; n < channels.length; n++) {
      const [from, to] = [before.channels[n], after.channels[n]];
      for (let i = 0; i < both; i++) {
        const weight = Math.min(1, (change.faded + i) / this.fadeFrames);
        if (weight < 1) to[i] = from[i] + weight * (to[i] - from[i]);
      }
    }
    this.#ready!.push(after.channels, 0, both);
    before.shift(null, both);
    after.shift(null, both);
    change.faded += both;
    if (this.#framesIn < change.end) return;
    this.#ready!.push(after.channels, 0, after.frames);
    this.#current = change.next;
    this.#reached = change.reached;
    this.#change = null;
  }

  /** Up to `maxFramesOut` of the ready frames. */
  #leave(): AudioBlock {
    const start = this.#framesOut;
    const frames = this.#ready!.shift(this.#output, this.maxFramesOut);
    this.#framesOut += frames;
    return { format: this.outputFormat, start, frames, channels: this.#output };
  }

  *#leaveAll(): Generator<AudioBlock, void, void> {
    while (this.#ready!.frames > 0) yield this.#leave();
  }
}

function copy(target: Planar, source: Planar, frames: number): void {
  for (let n = 0; n < target.length; n++) target[n].set(source[n].subarray(0, frames));
}
