import { createHash } from 'node:crypto';
import { inputError, pipelineError, usageError } from '../../audio/errors.ts';
import { describeFormat } from '../../audio/format.ts';
import type { PlannedMove } from '../../graph/automation.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import type { LiveSnapshot } from '../../graph/live-snapshot.ts';
import type { EncoderSnapshot } from '../../io/stream-encoder.ts';
import type { AudioHeader } from '../../io/track-decoder.ts';
import type { LoudnessWatchSnapshot } from '../analysis/loudness-watch.ts';
import { readCheckpointFile } from './checkpoint-file.ts';

/** How far a run has come. */
export interface CheckpointPosition {
  /** Frames of the input that are used up, and frames and bytes of the output that came of them, header included. */
  readonly inputFrame: number;
  readonly outputFrame: number;
  readonly outputByte: number;
  /** Seconds of the output. */
  readonly seconds: number;
}

/** The state of all that turns input into output. */
export interface RunState {
  readonly graph: LiveSnapshot;
  readonly encoder: EncoderSnapshot;
  readonly loudness: LoudnessWatchSnapshot | null;
}

/** The file that a run had not finished yet. */
export interface UnfinishedOutput {
  /** Its name, in the folder of the output. */
  readonly file: string;
  /** Bytes at its end that it is known by again, and their SHA-256. */
  readonly tailBytes: number;
  readonly tailHash: string;
}

/** What decides the bytes of a run beside its input, by name, as words to compare and to tell. */
export type RunConditions = Readonly<Record<string, string>>;

/** A run between two frames: all that it takes to go on so that the output has the bytes of a run that never stopped. */
export interface Checkpoint {
  /** When it was taken, as ISO 8601. */
  readonly taken: string;
  /** What the pipeline is called; hashes of what it was at the start and what it had become, and of its automation. */
  readonly pipeline: {
    readonly name: string;
    readonly first: string;
    readonly present: string;
    readonly automation: string;
  };
  readonly conditions: RunConditions;
  readonly position: CheckpointPosition;
  /** Of the input. */
  readonly header: AudioHeader;
  /** Null where the output was a stream. */
  readonly unfinished: UnfinishedOutput | null;
  readonly state: RunState;
}

/** Reads a checkpoint; refuses, in one line, what is damaged or was written by another version. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return (await readCheckpointFile(path)) as Checkpoint;
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Stands for all of a pipeline that decides a sample: every parameter of every stage, and the wiring. */
export function pipelineHash({ inputs, outputs, entries }: PipelineDefinition): string {
  const stages = entries.map(({ definition, where: _, description: __, ...entry }) => ({
    ...entry,
    stage: definition.name,
  }));
  return hashOf([inputs, outputs, stages]);
}

/** Stands for the moves that a run was told of before it began. */
export const automationHash = (moves: readonly PlannedMove[]): string =>
  hashOf(moves.map(({ entry }) => entry));

/**
 * Refuses to go on with another pipeline: it must be the one that the run began with or, where nothing was announced, the
 * one that it had become.
 */
export function checkPipelineIs(
  { pipeline }: Checkpoint,
  definition: PipelineDefinition,
  moves: readonly PlannedMove[],
): void {
  const hash = pipelineHash(definition);
  const unplanned = moves.length === 0 && pipeline.automation === automationHash([]);
  if (hash !== pipeline.first && !(unplanned && hash === pipeline.present)) {
    const changed = pipeline.first === pipeline.present ? '' : ', nor what that had become';
    throw pipelineError(
      `${definition.name}: is not the pipeline of the checkpoint ("${pipeline.name}"), or a parameter differs${changed}`,
    );
  }
  if (pipeline.automation !== automationHash(moves)) {
    throw pipelineError(`${definition.name}: the automation is not the one of the checkpoint`);
  }
}

/** Refuses to go on under other conditions. */
export function checkConditions({ conditions }: Checkpoint, present: RunConditions): void {
  for (const name of new Set([...Object.keys(conditions), ...Object.keys(present)])) {
    if (conditions[name] === present[name]) continue;
    throw usageError(
      `the checkpoint is of a run with ${name} ${conditions[name] ?? 'none'}, this one has ${present[name] ?? 'none'}`,
    );
  }
}

const describe = ({ format, container, sampleFormat: { encoding, bigEndian } }: AudioHeader): string =>
  `${container === 'raw' ? 'raw ' : ''}${describeFormat(format)} ${encoding}${bigEndian ? ' big-endian' : ''}`;

/** Refuses to go on with another input; `whole` says that it is the one that the run began with, from its start. */
export function checkInputIs(
  { header, position }: Checkpoint,
  present: AudioHeader,
  name: string,
  whole: boolean,
): void {
  if (describe(header) !== describe(present)) {
    throw inputError(`${name}: ${describe(present)}; the checkpoint is of ${describe(header)}`);
  }
  if (!whole || header.announcedFrames === present.announcedFrames) return;
  const frames = (announced: number | null): string => `${announced ?? 'an unknown number of'} frames`;
  throw inputError(
    `${name}: has ${frames(present.announcedFrames)}, the input of the checkpoint ${frames(header.announcedFrames)}; it stands at frame ${position.inputFrame}`,
  );
}
