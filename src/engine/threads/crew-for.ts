import type { PipelineDefinition } from '../../graph/definition.ts';
import { segmentsOf } from '../../graph/segments.ts';
import { type ThreadCount, threadCount } from '../thread-count.ts';
import { ThreadCrew } from './thread-crew.ts';

/** What there is to know of a run that may be shared out. */
interface SharableRun {
  readonly pipeline: PipelineDefinition;
  readonly threads?: ThreadCount;
  readonly crew?: ThreadCrew | null;
  readonly checkpoint?: unknown;
  readonly resume?: unknown;
  readonly metered?: boolean | undefined;
  readonly onStage?: unknown;
  readonly compare?: unknown;
  readonly stats?: unknown;
}

/** Threads for a run, or null where it stays on the calling one; `warnings` say so where others were asked for. */
export interface FoundCrew {
  readonly crew: ThreadCrew | null;
  readonly warnings: readonly string[];
}

/** The threads of a run, where it asks for some and can be shared out: those it has brought, or hired now. */
export function crewFor(run: SharableRun): FoundCrew {
  const { threads = 1 } = run;
  if (threadCount(threads) === 1) return { crew: null, warnings: [] };
  const obstacle = obstacleOf(run);
  if (obstacle === null) return { crew: run.crew ?? new ThreadCrew(threads), warnings: [] };
  return { crew: null, warnings: threads === 'auto' ? [] : [`ran on one thread: ${obstacle}`] };
}

/** Why a pipeline can't be shared out, or null. */
export function obstacleIn(pipeline: PipelineDefinition): string | null {
  if (segmentsOf(pipeline).length > 1) return 'the pipeline changes its rate on the way';
  if (pipeline.controllers.length > 0) return 'controllers look at what all stages measure at one moment';
  return null;
}

function obstacleOf(run: SharableRun): string | null {
  if (run.checkpoint || run.resume) return 'a checkpoint does not hold what is under way between threads';
  if (run.metered) return 'the monitor looks at all stages at one moment';
  if (run.stats) return 'the time of the stages is taken one by one';
  if (run.compare) return 'what comes in is measured beside what goes out';
  if (run.onStage) return 'stages that fail are watched where the input is';
  return obstacleIn(run.pipeline);
}
