import { usageError } from '../audio/errors.ts';
import { sameFormat } from '../audio/format.ts';
import type { GuardReport } from '../dsp/guard.ts';
import { StateMemory } from '../dsp/kernel-memory.ts';
import type { BlockRun } from '../stages/aligned-run.ts';
import { ChainRun } from '../stages/chain-run.ts';
import type { Readings, StageProcessor, StageSnapshot } from '../stages/define-stage.ts';
import { RateChangeRun } from '../stages/rate-change-run.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { LiveSegment } from './live-segment.ts';
import type { PipelineSnapshot, PrepareOptions, StageReading } from './prepare-pipeline.ts';
import { formatOut, segmentsOf } from './segments.ts';
import { withSetting } from './settings.ts';

/** The whole state of a pipeline at a frame, whatever rates it runs at. */
export interface LiveSnapshot {
  readonly segments: readonly PipelineSnapshot[];
  /** Of what changes the rate behind each segment but the last. */
  readonly changes: readonly StageSnapshot[];
  /** Guards and frame counts of those. */
  readonly counts: Uint8Array;
}

/** A change of rate at work. */
interface LiveChange {
  readonly id: string;
  readonly processor: StageProcessor;
  readonly run: RateChangeRun;
}

/** What changes the rate, and how, as text to compare. */
const changesOf = ({ entries }: PipelineDefinition): string =>
  JSON.stringify(
    entries.filter(({ definition }) => definition.changesRate).map(({ id, params }) => [id, params]),
  );

/**
 * A pipeline that can change while audio flows. Where it changes its rate it is cut: each segment runs at one rate, is
 * aligned in itself, and changes for itself, so that all of it stays aligned to the frame.
 */
export class LivePipeline {
  readonly run: BlockRun;
  readonly #state: StateMemory;
  readonly #segments: readonly LiveSegment[];
  readonly #changes: readonly LiveChange[];
  /** What it is or is about to be. */
  #definition: PipelineDefinition;

  constructor(definition: PipelineDefinition, options: PrepareOptions) {
    const segments: LiveSegment[] = [];
    const changes: LiveChange[] = [];
    this.#definition = definition;
    this.#state = new StateMemory(options.memory);
    let spec = options;
    for (const { definition: part, change } of segmentsOf(definition)) {
      const segment = new LiveSegment(part, spec);
      segments.push(segment);
      if (change === null) break;
      const live = this.#openChange(change, { ...spec, format: segment.run.outputFormat });
      changes.push(live);
      spec = { ...spec, format: live.run.outputFormat, maxFrames: live.run.maxFramesOut };
    }
    const runs = segments.flatMap(({ run }, n) => (changes[n] ? [run, changes[n].run] : [run]));
    this.run = runs.length === 1 ? runs[0] : new ChainRun(runs);
    this.#segments = segments;
    this.#changes = changes;
  }

  #openChange({ id, definition, params }: PipelineEntry, spec: PrepareOptions): LiveChange {
    const processor = definition.prepare(spec, params);
    const outputFormat = definition.outputFormat(spec.format, params);
    return { id, processor, run: new RateChangeRun(processor, outputFormat, spec, this.#state) };
  }

  get definition(): PipelineDefinition {
    return this.#definition;
  }

  /** Whether a replacement is under way. */
  get changing(): boolean {
    return this.#segments.some(({ run }) => run.changing);
  }

  /** Frames from the input to the output, before alignment, at the rate of the input. */
  get latency(): number {
    const { sampleRate } = this.run.format;
    const frames = this.#segments.reduce(
      (sum, { prepared, run }) => sum + (prepared.latency * sampleRate) / run.format.sampleRate,
      0,
    );
    return Math.round(frames);
  }

  /** No stage changes a sample. */
  get transparent(): boolean {
    return (
      this.#segments.every(({ prepared }) => prepared.transparent) &&
      this.#changes.every(({ run }) => run.format.sampleRate === run.outputFormat.sampleRate)
    );
  }

  /** What the guard at the input has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#segments[0].prepared.guard ?? this.#changes[0]?.run.guard ?? null;
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    return Object.assign({}, ...this.#segments.map(({ prepared }) => prepared.meters()));
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    return this.#segments.flatMap(({ prepared }) => prepared.takeReadings());
  }

  /** Changes one parameter, named `id.parameter` or deeper, as in `eq.bands[0].gain`. */
  set(name: string, value: unknown): void {
    this.replace(withSetting(this.#definition, name, value));
  }

  /** Becomes another pipeline: a no-op, bit for bit, for what is the same. Rates and the format of the output stay. */
  replace(definition: PipelineDefinition): void {
    const segments = segmentsOf(definition);
    const rates = changesOf(definition) === changesOf(this.#definition);
    if (!rates || !this.#keepsFormats(definition)) {
      throw usageError('rate and channels of what comes out are fixed while audio runs');
    }
    this.#definition = definition;
    segments.forEach((segment, n) => {
      this.#segments[n].replace(segment.definition);
    });
  }

  #keepsFormats(definition: PipelineDefinition): boolean {
    return segmentsOf(definition).every((segment, n) => {
      const { format, outputFormat } = this.#segments[n].run;
      return sameFormat(formatOut(segment.definition, format), outputFormat);
    });
  }

  /** The whole state; not while a replacement is under way. */
  snapshot(): LiveSnapshot {
    if (this.changing)
      throw usageError('a pipeline that is changing has no snapshot; take it after the fade');
    return {
      segments: this.#segments.map(({ prepared }) => prepared.snapshot()),
      changes: this.#changes.map(({ processor }) => processor.snapshot()),
      counts: this.#state.snapshot(),
    };
  }

  /** Takes back a snapshot of a pipeline with the same stages, newly prepared for the same format. */
  restore({ segments, changes, counts }: LiveSnapshot): void {
    if (segments.length !== this.#segments.length || changes.length !== this.#changes.length) {
      throw usageError('the snapshot changes its rate at other places');
    }
    this.#state.checkSize(counts);
    this.#segments.forEach(({ prepared }, n) => {
      prepared.restore(segments[n]);
    });
    this.#changes.forEach(({ processor }, n) => {
      processor.restore(changes[n]);
    });
    this.#state.restore(counts);
  }
}

/** Prepares a checked pipeline for a format on a memory. Stages with something to load must have loaded it. */
export function preparePipeline(definition: PipelineDefinition, options: PrepareOptions): LivePipeline {
  return new LivePipeline(definition, options);
}
