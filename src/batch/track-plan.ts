import { inputError } from '../audio/errors.ts';
import { type Analysis, analyze, type KeptMemory, type Measure } from '../engine/analysis/analyze.ts';
import type { FileCalls } from '../engine/files/file-calls.ts';
import { type GainPlan, planGain } from '../engine/passes/plan-gain.ts';
import { type MasteringPlan, planMastering } from '../engine/passes/plan-mastering.ts';
import { readGenres } from '../engine/pipelines/mastering-files.ts';
import { MASTERING_MEASURES } from '../engine/pipelines/measured-content.ts';
import { requireRegular } from './require-regular.ts';
import type { AlbumTask, NormalizeWork, TrackPlan, Work } from './track-task.ts';

/** How decisions are stopped, and what they are computed on. */
interface PlanControl {
  readonly signal: AbortSignal;
  readonly memory: KeptMemory;
  readonly calls: FileCalls;
}

/** What has to be measured in a track for its report, and for what is decided by it. */
export const measuresFor = ({ kind }: Work): readonly Measure[] =>
  kind === 'master' ? [...MASTERING_MEASURES, 'truePeak'] : ['loudness', 'truePeak'];

/** Decides what one track goes through, by what was measured in it. */
export async function trackPlan(
  work: Work,
  input: string,
  control: PlanControl & { readonly analysis: Analysis | null },
): Promise<TrackPlan> {
  const heard = { ...control, analysis: control.analysis ?? undefined };
  switch (work.kind) {
    case 'pipeline':
      return { pipeline: work.pipeline, moves: null, decisions: [] };
    case 'master':
      return mastered(await planMastering(input, { aim: work.aim, genres: await readGenres(), ...heard }));
    case 'normalize':
      return planned(await planGain([input], { ...levels(work), ...heard }));
  }
}

/**
 * Decides what all tracks of an album go through, by their loudness as one programme. One that can't be read has no part
 * in it, and stops no other.
 */
export async function albumPlan({ inputs, work }: AlbumTask, control: PlanControl): Promise<TrackPlan> {
  const readable: string[] = [];
  for (const input of inputs) if (await isReadable(input, control)) readable.push(input);
  control.signal.throwIfAborted();
  return planned(readable.length === 0 ? null : await planGain(readable, { ...levels(work), ...control }));
}

async function isReadable(input: string, control: PlanControl): Promise<boolean> {
  try {
    requireRegular(input, inputError);
    await analyze(input, { only: ['samplePeak'], ...control });
    return true;
  } catch {
    return false;
  }
}

const levels = ({ target, ceiling, onCeiling }: NormalizeWork) => ({ target, ceiling, onCeiling });

/** What has no loudness stays as it is. */
function planned(plan: GainPlan | null): TrackPlan {
  if (plan === null) return { pipeline: { stages: [] }, moves: null, decisions: [] };
  const { gain, limited, lowered, pipeline } = plan;
  return { pipeline: pipeline.source, moves: { gain, limited, lowered }, decisions: [] };
}

function mastered({ pipeline, decisions }: MasteringPlan): TrackPlan {
  const gain = Number(decisions.find(({ stage }) => stage === 'gain')?.to ?? 0);
  return { pipeline: pipeline.source, moves: { gain, limited: true, lowered: false }, decisions };
}
