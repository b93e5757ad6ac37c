import { usageError } from '../audio/errors.ts';
import type { SwitchingSnapshot } from '../stages/switching-run.ts';
import type { SeatSnapshot } from './controllers-at-work.ts';
import type { PipelineDefinition, PipelineSource } from './definition.ts';
import type { Move } from './move.ts';
import { checkPipeline } from './parse-pipeline.ts';
import type { PipelineSnapshot, PreparedPipeline } from './prepare-pipeline.ts';
import type { TrackStart } from './stream-clock.ts';

/** The whole state of a pipeline that can change, between two frames; plain data and arrays of bytes. */
export interface LiveSnapshot {
  /** Of the stages and the graph that sound. */
  readonly graph: PipelineSnapshot;
  readonly run: SwitchingSnapshot;
  /** Frame of the output at which that graph heard its first input. */
  readonly origin: number;
  /** Frames of the input and the output at which the stages began anew. */
  readonly trackStart: TrackStart;
  /** What the pipeline began as, what it is with all that was asked for, and what sounds. */
  readonly begun: PipelineSource;
  readonly definition: PipelineSource;
  readonly sounding: PipelineSource;
  readonly moves: MovesSnapshot;
  /** Announced changes whose time has come. */
  readonly kept: number;
  readonly controllers: readonly SeatSnapshot[];
}

/** Moves on their way. */
export interface MovesSnapshot {
  readonly moves: readonly Move[];
  /** Which of them may still be under way at the output. */
  readonly open: readonly number[];
  /** Which of them a node still follows, and the frame of its input at which the next value is due. */
  readonly playing: readonly (readonly [move: number, next: number])[];
}

/** What is on its way: `open` at the output, the others inside a pipeline. */
export function snapshotMoves(open: readonly Move[], { playing }: PreparedPipeline): MovesSnapshot {
  const moves = [...new Set([...open, ...playing.map(({ move }) => move)])];
  return {
    moves: moves.map(copyOf),
    open: open.map((move) => moves.indexOf(move)),
    playing: playing.map(({ move, next }) => [moves.indexOf(move), next]),
  };
}

/** Puts moves on their way again inside a pipeline and gives those that are open at the output. */
export function restoreMoves(snapshot: MovesSnapshot, prepared: PreparedPipeline, origin: number): Move[] {
  const moves = snapshot.moves.map(copyOf);
  for (const [move, next] of snapshot.playing) prepared.move(moves[move], origin, next);
  return snapshot.open.map((move) => moves[move]);
}

const same = (a: PipelineSource, b: PipelineSource): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Refuses a snapshot of a pipeline that neither began as this one nor had become it. */
export function checkBegun({ begun, definition }: LiveSnapshot, { name, source }: PipelineDefinition): void {
  if (same(begun, source) || same(definition, source)) return;
  throw usageError(
    `the snapshot is of the pipeline "${begun.name ?? 'unnamed'}", this is another: "${name}"`,
  );
}

/** What a snapshot says a pipeline had become; `near` is one that it was. */
export function definitionOf(source: PipelineSource, near: PipelineDefinition): PipelineDefinition {
  return same(source, near.source) ? near : checkPipeline(source, near.origin);
}

const copyOf = (move: Move): Move => ({ ...move, leaves: move.leaves.map((leaf) => ({ ...leaf })) });
