import { verdictError } from '../../audio/errors.ts';
import { dbToGain, gainToDb } from '../../dsp/elementary.ts';
import { type BackendName, chooseBackend, type KeptMemory } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { definePipeline } from '../../graph/parse-pipeline.ts';
import { loadPipelineStages } from '../../graph/prepare-pipeline.ts';
import {
  ENCODINGS,
  type RawFormat,
  type SampleEncoding,
  type StoredEncoding,
  writtenFor,
} from '../../io/sample-format.ts';
import type { Analysis } from '../../monitor/analysis.ts';
import type { FileCalls } from '../files/file-calls.ts';
import { dryPass, type ProgrammeLoudness } from './dry-pass.ts';
import { type SolvedGain, solveGain } from './solve-gain.ts';

/** What to do where the ceiling forbids the gain. */
export type OnCeiling = 'refuse' | 'limit' | 'lower-target';

export interface PlanGainOptions {
  /** LUFS. */
  readonly target: number;
  /** dBTP. @default -1 */
  readonly ceiling?: number;
  /** @default 'refuse' */
  readonly onCeiling?: OnCeiling;
  readonly backend?: BackendName | 'auto';
  readonly raw?: RawFormat | undefined;
  /** Ends the search early, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly memory?: KeptMemory | undefined;
  /** Of the one file, where its loudness and true peak have been measured: it is not read for them again. */
  readonly analysis?: Analysis | undefined;
  /** How the files are read. @default pooledCalls */
  readonly calls?: FileCalls | undefined;
}

/** How files come to a loudness. */
export interface GainPlan {
  /** dB. */
  readonly gain: number;
  /** What to run them through. */
  readonly pipeline: PipelineDefinition;
  readonly before: ProgrammeLoudness;
  /** What comes out: LUFS, dBTP. */
  readonly after: Pick<ProgrammeLoudness, 'integrated' | 'truePeak'>;
  /** Whether the gain alone would break the ceiling, and a limiter keeps it. */
  readonly limited: boolean;
  /** Whether the target was lowered to what the ceiling allows. */
  readonly lowered: boolean;
}

/** What is promised, in LU. */
const EXACT = 0.05;
/**
 * Loudness under which the absolute gate of -70 LUFS may part what a relative gate of -10 LU would not, so that loudness
 * no longer follows the gain exactly (BS.1770-5, Annex 1, equations 5 to 7).
 */
const GATE_MATTERS = -58;
/** Steps of an integer format by which rounding and dither may raise a reading between samples: 1.5, times the filter's gain for noise. */
const DITHER_STEPS = 3;

/**
 * Finds the one gain that brings files, measured as one programme, to a loudness; null when they have none (under
 * 400 ms, or silent).
 * @throws AuralisError of kind `verdict` when the ceiling forbids the gain and nothing else is allowed
 */
export async function planGain(files: readonly string[], options: PlanGainOptions): Promise<GainPlan | null> {
  const { target, ceiling = -1, onCeiling = 'refuse', raw, signal, memory, calls, analysis } = options;
  const backend = chooseBackend(options.backend);
  const measure = async (pipeline: PipelineDefinition): Promise<ProgrammeLoudness> => {
    await loadPipelineStages(pipeline);
    return dryPass(files, { backend, raw, signal, memory, calls, pipeline });
  };
  const before = analysis ? measured(analysis) : await measure(definePipeline({ stages: [] }));
  if (before.integrated === Number.NEGATIVE_INFINITY) return null;

  const room = ceiling - ditherRoom(before.encoding, ceiling) - before.truePeak;
  const linear = async (wanted: number): Promise<GainPlan> => {
    const exact = Math.min(before.integrated, wanted) > GATE_MATTERS;
    const gain = exact ? wanted - before.integrated : (await search(gainAlone, measure, before, wanted)).gain;
    const after = { integrated: wanted, truePeak: before.truePeak + gain };
    return { gain, pipeline: gainAlone(gain), before, after, limited: false, lowered: false };
  };
  const plan = await linear(target);
  if (plan.gain <= room) return plan;

  if (onCeiling === 'lower-target') {
    const { integrated } = await measure(gainAlone(room));
    const after = { integrated, truePeak: before.truePeak + room };
    return { gain: room, pipeline: gainAlone(room), before, after, limited: false, lowered: true };
  }
  if (onCeiling === 'refuse') throw refusal(files, plan, ceiling, before.integrated + room);
  const lower = ceiling - ditherRoom(before.encoding, ceiling);
  const limited = (gain: number) => gainAndLimiter(gain, lower);
  const { gain, after } = await search(limited, measure, before, target);
  return { gain, pipeline: limited(gain), before, after, limited: true, lowered: false };
}

/** What an analysis says of a file, as a dry pass through nothing would. */
const measured = ({ loudness, truePeak, format, duration }: Analysis): ProgrammeLoudness => ({
  integrated: loudness?.integrated ?? Number.NEGATIVE_INFINITY,
  truePeak: truePeak ?? Number.NEGATIVE_INFINITY,
  encoding: writtenFor(format.encoding as StoredEncoding),
  duration,
});

const gainAlone = (gain: number): PipelineDefinition =>
  definePipeline({ stages: gain === 0 ? [] : [{ stage: 'gain', gain }] });

const gainAndLimiter = (gain: number, ceiling: number): PipelineDefinition =>
  definePipeline({
    stages: [
      { stage: 'gain', gain },
      { stage: 'limiter', ceiling },
    ],
  });

/** dB under the ceiling that keep what rounding and dither add below it too. */
export function ditherRoom(encoding: SampleEncoding, ceiling: number): number {
  const { isFloat, fullScale } = ENCODINGS[encoding];
  return isFloat ? 0 : gainToDb(1 + DITHER_STEPS / fullScale / dbToGain(ceiling));
}

/** The gain at which what comes out has the target's loudness. */
async function search(
  pipelineAt: (gain: number) => PipelineDefinition,
  measure: (pipeline: PipelineDefinition) => Promise<ProgrammeLoudness>,
  before: ProgrammeLoudness,
  target: number,
): Promise<SolvedGain> {
  const best = await solveGain((gain) => measure(pipelineAt(gain)), {
    start: target - before.integrated,
    target,
  });
  if (Math.abs(best.error) > EXACT) {
    throw verdictError(
      `${target} LUFS can't be reached: the nearest is ${best.after.integrated.toFixed(1)} LUFS, with ${signed(best.gain)} dB`,
    );
  }
  return best;
}

/** `+3.20`, `-1.00`. */
const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;

function refusal(files: readonly string[], plan: GainPlan, ceiling: number, lower: number): Error {
  const { gain, after } = plan;
  const who = files.length === 1 ? files[0] : `album of ${files.length}`;
  return verdictError(
    `${who}: ${signed(gain)} dB to ${after.integrated} LUFS would bring the true peak to ${signed(after.truePeak)} dBTP, ` +
      `the ceiling is ${ceiling} dBTP: --lower-target stops at ${lower.toFixed(1)} LUFS, --limit limits the peaks`,
  );
}
