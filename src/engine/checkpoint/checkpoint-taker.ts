import type { OutputSink } from '../files/output-sink.ts';
import { systemReason } from '../files/system-reason.ts';
import type { OpenPath } from '../path/open-path.ts';
import {
  type Checkpoint,
  type CheckpointPosition,
  pipelineHash,
  type RunConditions,
  type RunState,
} from './checkpoint.ts';
import { encodeCheckpoint, removeCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { describeUnfinished } from './resumed-output.ts';

/** Where checkpoints go and how often. */
export interface CheckpointOptions {
  /** One file, written anew each time. */
  readonly path: string;
  /** Seconds of the stream from one to the next. */
  readonly every: number;
  /** Told, in one line, when one can't be written after the one before could. */
  readonly onFailure?: ((line: string) => void) | undefined;
}

interface TakerOptions extends CheckpointOptions {
  readonly output: OutputSink;
  /** What of a checkpoint is known before the first frame. */
  readonly pipeline: Omit<Checkpoint['pipeline'], 'present'>;
  readonly conditions: RunConditions;
  /** Bytes of the output that were there before this run. */
  readonly bytesBefore: number;
}

/** A checkpoint that waits for the bytes of the output to be written that it speaks of. */
interface Waiting {
  readonly checkpoint: Omit<Checkpoint, 'unfinished'>;
  /** Bytes of the output's header. */
  readonly head: number;
}

/**
 * Takes the state of a run between two frames, at even distances of stream time, and brings it to the disk while the audio
 * goes on: after the output that it speaks of, and whole or not at all. Where that takes longer than from one checkpoint to
 * the next, or while a pipeline is changed for another, the next one is late. All of them are taken into the same arrays.
 */
export class CheckpointTaker {
  readonly #options: TakerOptions;
  #next: number | null = null;
  #state: RunState | undefined;
  #waiting: Waiting | null = null;
  #writing: Promise<void> | null = null;
  #bytesWritten: number;
  #stopped = false;
  #latest: CheckpointPosition | null = null;
  /** How many could not be written; how many of them came before the latest that could. */
  #failed = 0;
  #failedBefore = 0;
  #reason = '';

  constructor(options: TakerOptions) {
    this.#options = options;
    const { output, bytesBefore } = options;
    this.#bytesWritten = output.tellsWritten === true ? bytesBefore : Number.POSITIVE_INFINITY;
  }

  /** What the latest checkpoint on the disk is of, or null before the first. */
  get latest(): CheckpointPosition | null {
    return this.#latest;
  }

  /** What went wrong with them, a line each. Audio goes on without. */
  get failures(): readonly string[] {
    if (this.#failed === 0) return [];
    return [`checkpoint: ${this.#options.path}: ${this.#reason}, ${this.#failed} could not be written`];
  }

  /** Frames of input until the next checkpoint is due, at least 1. */
  span({ header: { format }, graph: { run } }: OpenPath): number {
    this.#next ??= this.#after(run.framesIn, format.sampleRate);
    const left = this.#next - run.framesIn;
    return left > 0 ? left : Number.POSITIVE_INFINITY;
  }

  /** To be called between two blocks, when all that came of the first has been encoded: takes a checkpoint that is due. */
  look(open: OpenPath): void {
    const { framesIn } = open.graph.run;
    const free = this.#waiting === null && this.#writing === null;
    if (this.#next === null || framesIn < this.#next || !free || !open.graph.settled) return;
    this.#next = this.#after(framesIn, open.header.format.sampleRate);
    this.#waiting = { checkpoint: this.#take(open), head: open.encoder.header().length };
    this.#write();
  }

  /** Counts bytes of the output that have left. */
  written(bytes: number): void {
    this.#bytesWritten += bytes;
    this.#write();
  }

  /** Lets the one that is being written come to its end; no other is written. To be called before the output is kept. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
  }

  /** Removes the file: what it is of is complete. */
  async remove(): Promise<void> {
    this.#latest = null;
    await removeCheckpointFile(this.#options.path).catch((error) => this.#fail(error));
  }

  #after(frame: number, sampleRate: number): number {
    const every = Math.max(1, Math.round(this.#options.every * sampleRate));
    return (Math.floor(frame / every) + 1) * every;
  }

  #take({ graph, encoder, loudness, header }: OpenPath): Waiting['checkpoint'] {
    const into = this.#state;
    const state = {
      graph: graph.snapshot(into?.graph),
      encoder: encoder.snapshot(into?.encoder),
      loudness: loudness?.snapshot(into?.loudness ?? undefined) ?? null,
    };
    this.#state = state;
    const { pipeline, conditions } = this.#options;
    const outputFrame = encoder.framesWritten;
    return {
      taken: new Date().toISOString(),
      pipeline: { ...pipeline, present: pipelineHash(graph.definition) },
      conditions,
      position: {
        inputFrame: graph.run.framesIn,
        outputFrame,
        outputByte: encoder.bytesWritten,
        seconds: outputFrame / graph.run.outputFormat.sampleRate,
      },
      header,
      state,
    };
  }

  /** Writes what waits, once the output has been written as far as that. */
  #write(): void {
    const waiting = this.#waiting;
    if (waiting === null || this.#stopped) return;
    // A file that has not been made yet has no name to be found by.
    const begun = this.#options.output.unfinished?.part !== null;
    if (!begun || this.#bytesWritten < waiting.checkpoint.position.outputByte) return;
    this.#waiting = null;
    this.#writing = this.#bring(waiting)
      .catch((error) => this.#fail(error))
      .finally(() => {
        this.#writing = null;
      });
  }

  async #bring({ checkpoint, head }: Waiting): Promise<void> {
    const { path, output } = this.#options;
    const { position } = checkpoint;
    const part = output.unfinished?.disown() ?? null;
    const unfinished = part === null ? null : await describeUnfinished(part, head, position.outputByte);
    await writeCheckpointFile(path, encodeCheckpoint({ ...checkpoint, unfinished }));
    output.unfinished?.leave();
    this.#latest = position;
    this.#failedBefore = this.#failed;
  }

  #fail(error: unknown): void {
    const first = this.#failed === this.#failedBefore;
    this.#failed += 1;
    this.#reason = systemReason(error);
    if (first) this.#options.onFailure?.(`${this.#options.path}: ${this.#reason}, the run goes on without`);
  }
}
