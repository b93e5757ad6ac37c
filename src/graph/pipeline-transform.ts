import type { Transform } from 'node:stream';
import { inputError, pipelineError, usageError } from '../audio/errors.ts';
import { type AudioFormat, describeFormat, sameFormat } from '../audio/format.ts';
import { type BackendName, chooseBackend, onKernelMemory } from '../dsp/kernel-memory.ts';
import { blockTransform } from '../stages/block-transform.ts';
import type { Decision } from '../stages/controller.ts';
import type { Readings } from '../stages/define-stage.ts';
import { automationChanges, entryOf, ownMoves, planMoves } from './automation.ts';
import type { PipelineDefinition } from './definition.ts';
import { type LivePipeline, preparePipeline } from './live-pipeline.ts';
import type { LiveSnapshot } from './live-snapshot.ts';
import { definePipeline } from './parse-pipeline.ts';
import { loadPipelineStages } from './prepare-pipeline.ts';
import { formatsOut } from './segments.ts';
import { withSetting } from './settings.ts';

/** How a pipeline runs. */
export interface PipelineTransformOptions {
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Largest block that is processed at once, in frames; it does not change the sound. @default 4096 */
  readonly blockFrames?: number;
  /**
   * Moves at times of the output, beside those that the pipeline itself has: `{ at: 3, set: 'limiter.ceiling', to: -2,
   * over: 1 }`. Frames count from the start of the first format.
   */
  readonly automation?: readonly object[];
  /** Told of every `set` and `replace`, as an entry of an automation that replays it. */
  readonly onMove?: (move: object) => void;
  /** Told of what controllers decide. */
  readonly onDecision?: (decision: Decision) => void;
}

/** A whole pipeline as one Transform of AudioBlocks. */
export interface PipelineTransform extends Transform {
  /** Changes the parameter `id.parameter`: glides to the value, or fades to it where the stage must start anew. */
  set(path: string, value: unknown): void;
  /** Becomes another pipeline, given as its JSON: what is the same keeps its state, what differs glides or is faded in. */
  replace(pipeline: object): Promise<void>;
  /** What every stage has measured, by id; empty before the first block. */
  meters(): Readonly<Record<string, Readings>>;
  /**
   * The whole state after the blocks whose write has called back, moves under way included: plain data with arrays of
   * bytes, as `structuredClone` copies it. Not to be had before the first block, nor while another pipeline is faded in.
   */
  snapshot(): TransformSnapshot;
  /**
   * Goes on where a snapshot was taken: to be called before the first block, on the same pipeline with the same automation,
   * of this version, on any backend, with any `blockFrames`.
   */
  restore(snapshot: TransformSnapshot): void;
}

/** A pipeline's state between two blocks. */
export interface TransformSnapshot {
  /** Of the blocks that came in. */
  readonly format: AudioFormat;
  readonly state: LiveSnapshot;
}

/** Makes a Transform of a checked pipeline: one with a single input. Of its outputs `main` comes out. */
export function pipelineTransform(
  definition: PipelineDefinition,
  {
    backend = 'auto',
    blockFrames = 4096,
    automation = [],
    onMove,
    onDecision,
  }: PipelineTransformOptions = {},
): PipelineTransform {
  if (definition.inputs.length > 1) {
    throw pipelineError(
      `${definition.name}: a Transform has one input, the pipeline takes ${definition.inputs.join(', ')}`,
    );
  }
  /** With every setting so far, for the first format and for one that comes later. */
  let present = definition;
  let live: LivePipeline | null = null;
  let resumed: TransformSnapshot | null = null;
  let moves = [...ownMoves(definition), ...planMoves(automation, 'automation')];
  // Tried at some rate before there is a format, so that what does not fit is told at once.
  automationChanges(definition, moves, 48000);
  const stream = blockTransform(async (format) => {
    await loadPipelineStages(present);
    const [{ sampleRate }] = formatsOut(present, format);
    const changes = automationChanges(present, moves, sampleRate);
    moves = [];
    live = onKernelMemory(chooseBackend(backend), (memory) =>
      preparePipeline(present, {
        format,
        maxFrames: blockFrames,
        memory,
        changes,
        onChange: (change) => onMove?.(entryOf(change)),
        onDecision,
      }),
    );
    if (resumed !== null) {
      if (!sameFormat(resumed.format, format)) {
        throw inputError(`${describeFormat(format)}; the snapshot is of ${describeFormat(resumed.format)}`);
      }
      live.restore(resumed.state);
      resumed = null;
    }
    return live.run;
  });
  return Object.assign(stream, {
    set(path: string, value: unknown): void {
      const next = withSetting(live?.definition ?? present, path, value);
      live?.set(path, value);
      present = next;
    },
    async replace(pipeline: object): Promise<void> {
      const next = definePipeline(pipeline, 'pipeline', definition.origin.registry);
      await loadPipelineStages(next);
      live?.replace(next);
      present = next;
    },
    snapshot(): TransformSnapshot {
      if (live === null) throw usageError('no block has come yet, there is no state to take');
      return { format: live.run.format, state: live.snapshot() };
    },
    restore(snapshot: TransformSnapshot): void {
      if (live !== null) throw usageError('blocks have come already, restore before the first one');
      resumed = snapshot;
    },
    meters: (): Readonly<Record<string, Readings>> => live?.meters() ?? {},
  });
}
