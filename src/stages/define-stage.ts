import type * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { usageError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { type KernelMemory, type Kernels, StateMemory } from '../dsp/kernel-memory.ts';

/** What a stage is prepared for. */
export interface ProcessSpec {
  readonly format: AudioFormat;
  /** The largest number of frames that `process` is called with. */
  readonly maxFrames: number;
  readonly memory: KernelMemory;
}

/** The arrays of one call of `process`, all in the memory that the stage was prepared on. */
export interface StageIO {
  /** The audio. A stage with the single output `main` works in place here. */
  readonly main: Planar;
  /** The sidechain, or null when the pipeline names none. Read only. */
  readonly key: Planar | null;
  /** One entry a port for a stage with other outputs than `main`, or of another format; such a stage only reads `main`. */
  readonly outputs: readonly Planar[];
}

/** How a stage changes the number of frames. Where it stands a pipeline is cut, and its parts run at their own rates. */
export interface RateChange {
  /** Most frames that a call of `process` puts out. */
  readonly maxFrames: number;
  /** Frames of silence behind the input that bring out the last frame of the output. */
  readonly tail: number;
  /** Frames that the latest call of `process` has put out. */
  readonly given: number;
}

/** What a meter says: plain data, ready for JSON. dB of silence is -Infinity here and null in JSON. */
export interface Readings {
  readonly [name: string]: number | string | boolean | null | Readings | readonly (number | Readings)[];
}

/** A stage's whole state at a frame. */
export interface StageSnapshot {
  readonly stage: string;
  readonly params: unknown;
  readonly state: Uint8Array;
}

/**
 * A stage prepared for a format. The order of a subclass: allocate kernels on `this.state` in the constructor,
 * then `this.configure(false)`; `process` any 1..maxFrames frames without allocating; nothing mutable outside
 * `this.state`, so that reset and snapshots hold by construction.
 */
export abstract class StageProcessor<P = unknown> {
  readonly name: string;
  /** Frames by which the output lags behind the input; fixed while the stage is prepared. */
  readonly latency: number = 0;
  /** Set by a stage that puts out more or fewer frames than it takes; null for all others. */
  readonly rateChange: RateChange | null = null;
  /** Whether readings of intervals are worked out and kept for `takeReadings`; who never calls it may say no. */
  keepsReadings = true;
  protected readonly format: AudioFormat;
  protected readonly state: StateMemory;
  #params: P;
  #glideFrames: number | undefined;

  constructor(name: string, spec: ProcessSpec, params: P) {
    this.name = name;
    this.format = spec.format;
    this.state = new StateMemory(spec.memory);
    this.#params = params;
  }

  get params(): P {
    return this.#params;
  }

  /** Of the memory that its arrays are on; null for the reference. */
  get kernels(): Kernels | null {
    return this.state.memory.kernels;
  }

  /** Back to the state of a newly prepared stage with the present parameters. */
  reset(): void {
    this.state.clear();
    this.configure(false);
  }

  abstract process(io: StageIO, frames: number): void;

  /**
   * Glides to new values of `live` parameters. The caller has checked them and that no `restart` one differs. A stage
   * that can arrives after exactly `frames`; others, and all where none are given, take the time that suits them.
   */
  set(params: P, frames?: number): void {
    this.#params = params;
    this.#glideFrames = frames;
    this.configure(true);
  }

  /** Frames that the glide under way was asked to take; undefined: the stage's own time. */
  protected get glideFrames(): number | undefined {
    return this.#glideFrames;
  }

  /** What the stage has measured; read between blocks. */
  meters(): Readings {
    return {};
  }

  /**
   * What a controller is shown between two blocks: of `meters` what it may need, and worked out, where that takes time, when
   * it is read.
   */
  glance(): Readings {
    return this.meters();
  }

  /** Readings of intervals that have closed since the last call, oldest first, each stamped with its frame. */
  takeReadings(): readonly Readings[] {
    return [];
  }

  /** For a transparent stage: it has been shown the whole programme. Called once, before the last `meters`. */
  finish(): void {}

  /** Its state now; in the array of an earlier snapshot, which is worth nothing then, where one is given. */
  snapshot(into?: StageSnapshot): StageSnapshot {
    return { stage: this.name, params: this.#params, state: this.state.snapshot(into?.state) };
  }

  restore(snapshot: StageSnapshot): void {
    if (snapshot.stage !== this.name) {
      throw usageError(`a snapshot of "${snapshot.stage}" does not fit the stage "${this.name}"`);
    }
    // Before anything is touched, so that a refused snapshot leaves the stage as it is.
    this.state.checkSize(snapshot.state);
    this.#params = snapshot.params as P;
    this.configure(false);
    this.state.restore(snapshot.state);
  }

  /** Derives what the kernels need from `this.params`; with `glide` from what sounds now, without a click. */
  protected abstract configure(glide: boolean): void;
}

/** A kind of stage: the single source of its parameters, ports, docs and conformance settings. */
export interface StageDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** The paper, standard or book that the processing follows. */
  readonly source?: string;
  readonly params: S;
  readonly inputs: readonly ('main' | 'key')[];
  /** Names of the outputs; `['main']` for a stage that works in place. */
  readonly outputs: (params: z.output<S>) => readonly string[];
  /** Second names of outputs: what a pipeline may write, and the output it means. */
  readonly aliases?: (params: z.output<S>) => Readonly<Record<string, string>>;
  /** What comes out for what comes in; refuses a format that the stage can't take. */
  readonly outputFormat: (format: AudioFormat, params: z.output<S>) => AudioFormat;
  /** True for a stage whose processor has a `rateChange`. */
  readonly changesRate: boolean;
  /** True for a stage that never changes a sample, so that no dither is needed on its account. */
  readonly transparent: boolean;
  /** Settings at which the stage really processes and yet leaves the signal's shape alone. */
  readonly neutral: z.input<S>;
  /** Settings that change the signal by more than -40 dB, for comparing the backends. */
  readonly exercise: z.input<S>;
  /** Loads what `prepare` needs and can't wait for. */
  readonly load?: () => Promise<void>;
  readonly prepare: (spec: ProcessSpec, params: z.output<S>) => StageProcessor<z.output<S>>;
}

/** A definition with whatever parameters. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are checked by the definition's own schema
export type AnyStage = StageDefinition<any>;

/** Defaults: one input `main`, one output `main` of the same format, not transparent. */
export function defineStage<S extends z.ZodObject>(
  stage: Pick<StageDefinition<S>, 'name' | 'summary' | 'params' | 'neutral' | 'exercise' | 'prepare'> &
    Partial<StageDefinition<S>>,
): StageDefinition<S> {
  return {
    inputs: ['main'],
    outputs: () => ['main'],
    outputFormat: (format) => format,
    changesRate: false,
    transparent: false,
    ...stage,
  };
}
