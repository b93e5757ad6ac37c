import { type GainPlan, planGain } from '../engine/plan-gain.ts';
import type { AlbumTask, NormalizeWork, TrackPlan, Work } from './track-task.ts';

/** Decides what one track goes through. */
export async function trackPlan(work: Work, input: string, signal: AbortSignal): Promise<TrackPlan> {
  switch (work.kind) {
    case 'pipeline':
      return { pipeline: work.pipeline, moves: null };
    case 'normalize':
      return planned(await planGain([input], { ...levels(work), signal }));
  }
}

/** Decides what all tracks of an album go through, by their loudness as one programme. */
export async function albumPlan({ inputs, work }: AlbumTask, signal: AbortSignal): Promise<TrackPlan> {
  return planned(await planGain(inputs, { ...levels(work), signal }));
}

const levels = ({ target, ceiling, onCeiling }: NormalizeWork) => ({ target, ceiling, onCeiling });

/** What has no loudness stays as it is. */
function planned(plan: GainPlan | null): TrackPlan {
  if (plan === null) return { pipeline: { stages: [] }, moves: null };
  const { gain, limited, lowered, pipeline } = plan;
  return { pipeline: pipeline.source, moves: { gain, limited, lowered } };
}
