import type { Planar } from '../../audio/block.ts';
import { DelayLine } from '../../dsp/delay/delay-line.ts';
import { type Kernels, onKernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import type { StageIO, StageProcessor } from '../../stages/define-stage.ts';

/** Largest magnitude of a stage at work: +120 dBFS; beyond it a filter has run away. */
const MOST = 1e6;
/** Frames in which the step to the dry signal is evened out: 20 ms at 48 kHz. */
const BRIDGE_FRAMES = 960;
/** Frames for which a stage must work again before it is heard: 1 s at 48 kHz. */
const TRIAL_FRAMES = 48_000;
/** Frames of the crossfade back to it: 50 ms at 48 kHz. */
const FADE_FRAMES = 2400;
/** Frames until the first new trial, 1 s at 48 kHz; after each failure twice as many, up to 64 s. */
const FIRST_WAIT = 48_000;
const LONGEST_WAIT = 64 * FIRST_WAIT;

/** What became of a stage: why it is passed by, or null when it is heard again. */
export type StageListener = (id: string, failure: string | null) => void;

/** Frames that a stage has done well, and why no more. */
interface Outcome {
  readonly good: number;
  readonly failure: string | null;
}

/**
 * Stands around a stage's `process`. Where that throws or gives what is no number, the stage is passed by from that frame
 * on, its latency kept, and after a while is tried again from its first state. Nothing more comes of it that could be
 * faded out, so the step to the dry signal is evened out instead. A stage with ports or another format than its input has
 * no dry signal, and is left as it is.
 */
class StageShield {
  readonly #inner: StageProcessor['process'];
  readonly #processor: StageProcessor;
  readonly #tell: (failure: string | null) => void;
  readonly #delay: DelayLine;
  /** The dry signal: what comes in, late by the stage's latency. */
  #dry: Planar;
  /** In use; passed by; at work, and heard by nobody; faded in. */
  #phase: 'use' | 'wait' | 'trial' | 'fade' = 'use';
  /** Frames that the phase has left; in use, frames until earlier failures are forgotten. */
  #left = LONGEST_WAIT;
  #wait = FIRST_WAIT;
  /** What each channel gave last, and by how much that lay above the dry signal at the last failure. */
  readonly #last: Float64Array;
  readonly #gap: Float64Array;
  /** Frames since that failure. */
  #since = BRIDGE_FRAMES;

  constructor(
    processor: StageProcessor,
    inner: StageProcessor['process'],
    channels: number,
    tell: (failure: string | null) => void,
  ) {
    this.#processor = processor;
    this.#inner = inner;
    this.#tell = tell;
    // By the reference, which may write to any array: the graph's memory is full by now.
    this.#delay = onKernelMemory(
      'reference',
      (memory) => new DelayLine(new StateMemory(memory), channels, processor.latency),
    );
    this.#dry = Array.from({ length: channels }, () => new Float32Array(0));
    this.#last = new Float64Array(channels);
    this.#gap = new Float64Array(channels);
  }

  process(io: StageIO, frames: number): void {
    const dry = this.#takeDry(io.main, frames);
    for (let at = 0; at < frames; ) at += this.#step(io, dry, at, frames - at);
  }

  #takeDry(main: Planar, frames: number): Planar {
    if (this.#dry[0].length < frames) this.#dry = main.map(() => new Float32Array(frames));
    for (const [c, channel] of this.#dry.entries()) channel.set(main[c].subarray(0, frames));
    this.#delay.process(this.#dry, frames);
    return this.#dry;
  }

  /** Goes on by as many frames as one phase has and says how many those were. */
  #step(io: StageIO, dry: Planar, at: number, most: number): number {
    const phase = this.#phase;
    const frames = phase === 'use' ? most : Math.min(most, this.#left);
    const { good, failure } = phase === 'wait' ? { good: frames, failure: null } : this.#run(io, at, frames);
    if (phase === 'fade') this.#fade(io.main, dry, at, good);
    if (phase === 'wait' || phase === 'trial') this.#passBy(io.main, dry, at, good);
    this.#left -= good;
    if (good > 0) for (const [c, channel] of io.main.entries()) this.#last[c] = channel[at + good - 1];
    if (failure !== null) this.#fail(dry, at + good, failure);
    else if (this.#left <= 0) this.#goOn();
    return good;
  }

  #run(io: StageIO, at: number, frames: number): Outcome {
    const { main, key } = io;
    const part = (planar: Planar): Planar => planar.map((channel) => channel.subarray(at));
    try {
      this.#inner(at === 0 ? io : { main: part(main), key: key && part(key), outputs: [] }, frames);
    } catch (error) {
      return { good: 0, failure: error instanceof Error ? error.message : String(error) };
    }
    const { kernels } = this.#processor;
    const good = main.reduce((least, channel) => goodFrames(kernels, channel, at, least), frames);
    return { good, failure: good < frames ? 'gave samples that are not finite' : null };
  }

  #passBy(main: Planar, dry: Planar, at: number, frames: number): void {
    for (let i = 0; i < frames; i++) {
      const share = Math.max(0, 1 - (this.#since + i) / BRIDGE_FRAMES);
      for (let c = 0; c < main.length; c++) main[c][at + i] = dry[c][at + i] + share * this.#gap[c];
    }
    this.#since += frames;
  }

  #fade(main: Planar, dry: Planar, at: number, frames: number): void {
    for (let i = 0; i < frames; i++) {
      const share = 1 - (this.#left - i) / FADE_FRAMES;
      for (let c = 0; c < main.length; c++) {
        main[c][at + i] = dry[c][at + i] + share * (main[c][at + i] - dry[c][at + i]);
      }
    }
  }

  #fail(dry: Planar, at: number, failure: string): void {
    if (this.#phase !== 'trial') {
      for (let c = 0; c < this.#gap.length; c++) this.#gap[c] = this.#last[c] - dry[c][at];
      this.#since = 0;
    }
    if (this.#phase === 'use') this.#tell(failure);
    this.#phase = 'wait';
    this.#left = this.#wait;
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  #goOn(): void {
    if (this.#phase === 'wait') {
      this.#processor.reset();
      this.#phase = 'trial';
      this.#left = TRIAL_FRAMES;
    } else if (this.#phase === 'trial') {
      this.#phase = 'fade';
      this.#left = FADE_FRAMES;
    } else {
      if (this.#phase === 'fade') this.#tell(null);
      else this.#wait = FIRST_WAIT;
      this.#phase = 'use';
      this.#left = LONGEST_WAIT;
    }
  }
}

/** How many frames from `at` on, of `most`, are numbers of a signal. */
function goodFrames(kernels: Kernels | null, channel: Float32Array, at: number, most: number): number {
  if (kernels?.allWithin(channel.byteOffset + at * Float32Array.BYTES_PER_ELEMENT, most, MOST)) return most;
  let good = 0;
  while (good < most && Math.abs(channel[at + good]) <= MOST) good++;
  return good;
}

/** Puts a shield around a stage, before it works for the first time. */
export function shieldStage(id: string, processor: StageProcessor, tell: StageListener): void {
  const inner = processor.process.bind(processor);
  let shield: StageShield | null = null;
  processor.process = (io, frames) => {
    if (io.outputs.length > 0 || processor.rateChange !== null) inner(io, frames);
    else {
      shield ??= new StageShield(processor, inner, io.main.length, (failure) => tell(id, failure));
      shield.process(io, frames);
    }
  };
}
