import { type BackendName, chooseBackend, type KeptMemory } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { definePipeline } from '../../graph/parse-pipeline.ts';
import { loadPipelineStages } from '../../graph/prepare-pipeline.ts';
import type { ContentProfile } from '../../mastering/content-profile.ts';
import type { Decision } from '../../mastering/decision.ts';
import type { Genre } from '../../mastering/mastering-target.ts';
import { MOST_GAIN } from '../../mastering/one-pass.ts';
import { type Aim, ruleLoudness } from '../../mastering/rules.ts';
import { planTwoPass } from '../../mastering/two-pass.ts';
import type { Analysis } from '../../monitor/analysis.ts';
import { analyze } from '../analysis/analyze.ts';
import type { FileCalls } from '../files/file-calls.ts';
import { contentOf, MASTERING_MEASURES } from '../pipelines/measured-content.ts';
import { dryPass, type ProgrammeLoudness } from './dry-pass.ts';
import { ditherRoom } from './plan-gain.ts';
import { solveGain } from './solve-gain.ts';

export { type Decision, decisionLine } from '../../mastering/decision.ts';
export type { Aim } from '../../mastering/rules.ts';

interface PlanMasteringOptions {
  readonly aim: Aim;
  readonly genres: readonly Genre[];
  readonly backend?: BackendName | 'auto';
  /** Ends the search early, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly memory?: KeptMemory | undefined;
  /** Of the file, where what mastering goes by has been measured: it is not read for that again. */
  readonly analysis?: Analysis | undefined;
  /** How the file is read. @default pooledCalls */
  readonly calls?: FileCalls | undefined;
}

/** How a file is mastered. */
export interface MasteringPlan {
  /** What to run it through. */
  readonly pipeline: PipelineDefinition;
  readonly content: ContentProfile;
  /** What comes out; null where there was too little to decide on. */
  readonly after: ProgrammeLoudness | null;
  /** The curve aimed at: dB per octave against pink noise, one a critical band. */
  readonly curve: readonly number[];
  readonly decisions: readonly Decision[];
}

/** Decides on a file after listening to all of it, and finds the gain by which it comes out as loud as wanted. */
export async function planMastering(file: string, options: PlanMasteringOptions): Promise<MasteringPlan> {
  const { aim, genres, signal, memory, calls } = options;
  const backend = chooseBackend(options.backend);
  const read = { only: MASTERING_MEASURES, backend, signal, memory, calls };
  const analysis = options.analysis ?? (await analyze(file, read)).analysis;
  signal?.throwIfAborted();
  const content = contentOf(analysis);
  const { sampleRate } = analysis.format;
  const { stages, loudness, curve, decisions } = planTwoPass(content, aim, { genres, sampleRate });
  const ceiling = aim.preset.ceiling.value;
  const pipelineAt = (gain: number, room: number): PipelineDefinition =>
    definePipeline({
      name: 'master',
      stages: [
        ...stages,
        ...(gain === 0 ? [] : [{ stage: 'gain', gain }]),
        { stage: 'limiter', ceiling: ceiling - room },
      ],
    });
  const measure = async (pipeline: PipelineDefinition): Promise<ProgrammeLoudness> => {
    await loadPipelineStages(pipeline);
    return dryPass([file], { backend, signal, memory, calls, pipeline });
  };
  if (loudness === null) return { pipeline: pipelineAt(0, 0), content, after: null, curve, decisions };
  const shaped = await measure(definePipeline({ stages }));
  const room = ditherRoom(shaped.encoding, ceiling);
  const { gain, after } = await solveGain((tried) => measure(pipelineAt(tried, room)), {
    start: loudness - shaped.integrated,
    target: loudness,
    least: -MOST_GAIN,
    most: MOST_GAIN,
  });
  const { rule, because } = ruleLoudness(aim);
  const measured = { before: content.loudness, after: after.integrated, truePeak: after.truePeak };
  const gained: Decision = {
    time: 0,
    rule,
    stage: 'gain',
    parameter: 'gain',
    from: 0,
    to: gain,
    measured,
    because,
  };
  return { pipeline: pipelineAt(gain, room), content, after, curve, decisions: [...decisions, gained] };
}
