import type { AudioFormat } from '../../audio/format.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';
import { type Plan, type PlannedEntry, planPipeline } from '../../graph/plan.ts';
import { loadPipelineStages, PreparedPipeline } from '../../graph/prepare-pipeline.ts';
import { prepareStage, type StageRun } from '../../stages/stage-transform.ts';
import { obstacleIn } from '../threads/crew-for.ts';
import { cutEvenly, dearest } from '../threads/share-nodes.ts';
import { endsCost, stageCosts } from '../threads/stage-costs.ts';

/** Frames that are processed at a time. */
const BLOCK_FRAMES = 4096;
/** How long each stage is timed for, in ms, after it has run as long to warm up. */
const TIMED = 20;

/** What a stage costs, measured on this machine by itself on noise. */
export interface StageCost {
  readonly nanosecondsPerFrame: number;
  /** Share of one core that it takes in real time. */
  readonly load: number;
  /** Bytes that it keeps, blocks included. */
  readonly bytes: number;
}

/** A plan with what it costs. */
export interface CostedPlan extends Plan {
  readonly backend: BackendName;
  readonly entries: readonly (PlannedEntry & StageCost)[];
  /** Bytes that the whole graph keeps, delays and blocks included. */
  readonly bytes: number;
  /** Share of one core that the stages take together in real time. */
  readonly load: number;
  /** How it is shared out over so many threads; null for one, and where it can't be. */
  readonly shares: Shares | null;
}

/** Stages by the threads that they run on. */
export interface Shares {
  /** Ids, one list a thread; the first thread reads and writes, too. */
  readonly stages: readonly (readonly string[])[];
  /** How many times as fast as one thread by what stages usually take, each thread on a core and without its start. */
  readonly gain: number;
}

/** Prepares a pipeline for a format, measures each stage for some 40 ms, and describes what it is going to do. */
export async function planAndMeasure(
  definition: PipelineDefinition,
  format: AudioFormat,
  backend: BackendName,
  threads = 1,
): Promise<CostedPlan> {
  await loadPipelineStages(definition);
  const { plan, bytes } = onKernelMemory(backend, (memory) => {
    const prepared = new PreparedPipeline(definition, { format, maxFrames: BLOCK_FRAMES, memory });
    return { plan: planPipeline(definition, prepared), bytes: memory.bytesTaken };
  });
  // Entries that are alike cost alike, and are measured once.
  const costs = new Map<string, StageCost>();
  const entries = plan.entries.map((entry, n) => {
    const kind = JSON.stringify([entry.stage, entry.params, entry.format]);
    const cost = costs.get(kind) ?? stageCost(definition.entries[n], entry.format, backend);
    costs.set(kind, cost);
    return { ...entry, ...cost };
  });
  const load = entries.reduce((sum, entry) => sum + entry.load, 0);
  const shares = obstacleIn(definition) === null ? sharesOf(definition, format, threads) : null;
  return { ...plan, backend, entries, bytes, load, shares };
}

function sharesOf(definition: PipelineDefinition, format: AudioFormat, threads: number): Shares | null {
  const [costs, ends] = [stageCosts(definition, format), endsCost(format)];
  const cuts = cutEvenly(costs, threads, ends);
  if (cuts.length === 0) return null;
  const ids = definition.entries.map(({ id }) => id);
  const stages = [0, ...cuts].map((from, n) => ids.slice(from, cuts[n]));
  return { stages, gain: costs.reduce((sum, cost) => sum + cost, ends) / dearest(costs, cuts, ends) };
}

function stageCost(
  { definition, params }: PipelineEntry,
  format: AudioFormat,
  backend: BackendName,
): StageCost {
  const { stage, bytes } = onKernelMemory(backend, (memory) => {
    const spec = { format, maxFrames: BLOCK_FRAMES, memory };
    return { stage: prepareStage(definition, params, spec), bytes: memory.bytesTaken };
  });
  const noise = whiteNoise(format.channels);
  timed(stage, noise);
  const nanosecondsPerFrame = timed(stage, noise);
  return { nanosecondsPerFrame, load: (nanosecondsPerFrame * format.sampleRate) / 1e9, bytes };
}

/** The middle of what blocks took, in ns a frame. */
function timed({ run }: StageRun<unknown>, noise: readonly Float32Array[]): number {
  const times: number[] = [];
  const end = performance.now() + TIMED;
  for (let now = performance.now(); now < end; ) {
    for (let n = 0; n < noise.length; n++) run.input[n].set(noise[n]);
    const began = performance.now();
    run.process(BLOCK_FRAMES);
    now = performance.now();
    times.push(now - began);
  }
  times.sort((a, b) => a - b);
  return (times[times.length >> 1] * 1e6) / BLOCK_FRAMES;
}

/** Noise at -12 dBFS from a linear congruential generator (Numerical Recipes), the same every time. */
function whiteNoise(channels: number): Float32Array[] {
  let word = 1;
  return Array.from({ length: channels }, () =>
    Float32Array.from({ length: BLOCK_FRAMES }, () => {
      word = (Math.imul(word, 1664525) + 1013904223) | 0;
      return word / 2 ** 33;
    }),
  );
}
