import { usageError } from '../../audio/errors.ts';
import type { PlannedMove } from '../../graph/automation.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import type { SampleEncoding } from '../../io/sample-format.ts';
import type { DitherKind } from '../../io/stream-encoder.ts';
import {
  automationHash,
  checkConditions,
  checkPipelineIs,
  pipelineHash,
  type RunConditions,
} from '../checkpoint/checkpoint.ts';
import { type CheckpointOptions, CheckpointTaker } from '../checkpoint/checkpoint-taker.ts';
import type { Resumption } from '../checkpoint/resumption.ts';
import type { OutputSink } from '../files/output-sink.ts';

/** What there is to know of a run that is to be gone on with later, or that goes on with another. */
interface ResumableRun {
  readonly pipeline: PipelineDefinition;
  readonly output: OutputSink;
  readonly checkpoint?: CheckpointOptions | undefined;
  readonly resume?: Resumption | undefined;
  readonly sampleFormat?: SampleEncoding | undefined;
  readonly dither?: DitherKind | undefined;
  readonly seed?: number;
  readonly onTrack?: string | undefined;
  readonly metadata?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly controller?: unknown;
  readonly loudnessLog?: unknown;
}

/** Refuses what a checkpoint can't hold, and to go on with what is another run; makes what takes the checkpoints. */
export function takerFor(run: ResumableRun, automation: readonly PlannedMove[]): CheckpointTaker | undefined {
  const { pipeline, output, checkpoint, resume } = run;
  if (!checkpoint && !resume) return undefined;
  checkEnds(pipeline);
  checkOutput(output);
  const conditions = conditionsOf(run);
  if (resume) {
    checkPipelineIs(resume.checkpoint, pipeline, automation);
    checkConditions(resume.checkpoint, conditions);
  }
  if (!checkpoint) return undefined;
  const { name } = pipeline;
  return new CheckpointTaker({
    ...checkpoint,
    output,
    pipeline: { name, first: pipelineHash(pipeline), automation: automationHash(automation) },
    conditions,
    bytesBefore: resume?.checkpoint.position.outputByte ?? 0,
  });
}

/** What decides the bytes of the output beside the input and the pipeline. The backend and the size of blocks do not. */
function conditionsOf(run: ResumableRun): RunConditions {
  const yes = (given: unknown): string => (given ? 'on' : 'off');
  return {
    seed: String(run.seed ?? 0),
    dither: run.dither ?? 'tpdf',
    samples: run.sampleFormat ?? 'as they come in',
    'on-track': run.onTrack ?? 'unsaid',
    metadata: yes(run.metadata !== false),
    strict: yes(run.strict),
    controller: yes(run.controller),
    'a loudness log': yes(run.loudnessLog),
  };
}

function checkEnds({ name, inputs, outputs }: PipelineDefinition): void {
  const further = inputs[1] ?? outputs[1]?.name;
  if (further === undefined) return;
  throw usageError(
    `${name}: has the further ${inputs.length > 1 ? 'input' : 'output'} "${further}", which a checkpoint does not hold`,
  );
}

/** Refuses an output of which a part that was written can't be gone on with. */
function checkOutput({ name, unfinished, samplesFor }: OutputSink): void {
  if (unfinished !== undefined) return;
  throw usageError(
    samplesFor
      ? `${name}: is encoded by ffmpeg, whose state a checkpoint does not hold; write a WAV`
      : `${name}: is a file that the shell has opened, which can't be gone on with; name it as OUT`,
  );
}
