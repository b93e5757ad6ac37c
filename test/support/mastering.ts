import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze, openFile } from '../../src/engine/analysis/analyze.ts';
import { fileSink } from '../../src/engine/files/output-sink.ts';
import { type MasteringPlan, planMastering } from '../../src/engine/passes/plan-mastering.ts';
import { readGenres, readPreset } from '../../src/engine/pipelines/mastering-files.ts';
import { definePipeline } from '../../src/engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../../src/engine/run/run.ts';
import type { Decision } from '../../src/mastering/decision.ts';
import { onePassPipeline } from '../../src/mastering/one-pass.ts';
import type { ReferenceProfile } from '../../src/mastering/reference-profile.ts';
import type { Aim } from '../../src/mastering/rules.ts';
import { tonalCurve } from '../../src/mastering/tonal-curve.ts';
import { floatWav } from '../engine/wav-of.ts';
import { THIRDS } from './mastering-corpus.ts';
import { type Signal, silence } from './signals.ts';

/** Edges of the critical bands in Hz (Zwicker 1961), up to 20 kHz. */
const EDGES = [
  0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300,
  6400, 7700, 9500, 12000, 15500, 20000,
];

/** A master and what is known of it. */
export interface Mastered {
  readonly signal: Signal;
  readonly decisions: readonly Decision[];
  readonly curve: readonly number[];
  /** LUFS and dBTP of the whole. */
  readonly loudness: number;
  readonly truePeak: number;
  readonly bytes: Buffer;
  readonly plan: MasteringPlan | null;
}

/** What is aimed at. */
export async function aimFor(
  preset = 'adaptive',
  amount = 1,
  reference: ReferenceProfile | null = null,
): Promise<Aim> {
  return { preset: await readPreset(preset), mode: reference ? 'reference' : 'adaptive', reference, amount };
}

export function save(folder: string, name: string, signal: Signal, sampleRate = 44100): string {
  const path = join(folder, name);
  writeFileSync(path, floatWav(signal, sampleRate));
  return path;
}

/** Masters a file as `auralis-stream master` does. */
export async function master(
  input: string,
  passes: 1 | 2,
  aim: Aim,
  { blockFrames = 4096, lookahead = 3000 }: { blockFrames?: number; lookahead?: number } = {},
): Promise<Mastered> {
  const output = `${input}.out.wav`;
  const genres = await readGenres();
  const plan = passes === 2 ? await planMastering(input, { aim, genres }) : null;
  const decisions: Decision[] = plan ? [...plan.decisions] : [];
  await runPipeline({
    pipeline: plan?.pipeline ?? definePipeline(onePassPipeline(aim, lookahead)),
    onDecision: (decision) => decisions.push(decision),
    input: openFile(input),
    output: fileSink(output, { overwrite: true }),
    blockFrames,
  });
  const { analysis } = await analyze(output, { only: ['loudness', 'truePeak'] });
  const target = decisions.findLast(({ stage, parameter }) => stage === 'eq' && parameter === 'target');
  const curve = plan?.curve ?? (target?.to as readonly number[] | undefined) ?? tonalCurve(aim.preset.curve);
  return {
    signal: readFloats(output),
    decisions,
    curve,
    loudness: analysis.loudness!.integrated!,
    truePeak: analysis.truePeak!,
    bytes: readFileSync(output),
    plan,
  };
}

/** The samples of a 32-bit float WAV. */
export function readFloats(path: string): Signal {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const channels = bytes.readUInt16LE(22);
  const at = bytes.indexOf('data', 0, 'latin1') + 8;
  const signal = silence(channels, Math.floor((bytes.length - at) / 4 / channels));
  for (const [c, channel] of signal.entries()) {
    for (let i = 0; i < channel.length; i++) channel[i] = view.getFloat32(at + 4 * (i * channels + c), true);
  }
  return signal;
}

/** A curve of 25 bands at the third octaves, along straight lines over log frequency between the bands' middles. */
export function atThirds(curve: readonly number[]): number[] {
  const middles = curve.map((_, n) => (EDGES[n] + EDGES[n + 1]) / 2);
  return THIRDS.map((freq) => {
    const above = middles.findIndex((middle) => middle >= freq);
    if (above <= 0) return curve[above === 0 ? 0 : curve.length - 1];
    const t = Math.log2(freq / middles[above - 1]) / Math.log2(middles[above] / middles[above - 1]);
    return curve[above - 1] + t * (curve[above] - curve[above - 1]);
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** How a master keeps to a curve over the third octaves that qualify: those that need at most 6 dB and are not masked. */
export function distanceFromCurve(
  before: readonly number[],
  after: readonly number[],
  curve: readonly number[],
  most = 6,
): { mean: number; qualified: number } {
  const target = atThirds(curve);
  const need = target.map((level, k) => level - before[k]);
  // The offset of all moves is free: the median need is taken for no move.
  const middle = [...need].sort((a, b) => a - b)[11];
  // Masked: 24 dB under a neighbour an octave below, more than spreading leaves over one to three critical bands.
  const masked = before.map((level, k) =>
    before.some((other, j) => Math.abs(j - k) <= 3 && other > level + 24),
  );
  const kept = need.flatMap((move, k) => (Math.abs(move - middle) <= most && !masked[k] ? [k] : []));
  const error = kept.map((k) => after[k] - target[k]);
  const offset = mean(error);
  return { mean: mean(error.map((x) => Math.abs(x - offset))), qualified: kept.length };
}

/** Normalised correlation of two signals. */
export function correlation(a: Signal, b: Signal): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, n) => {
    for (let i = 0; i < x.length; i++) {
      ab += x[i] * b[n][i];
      aa += x[i] ** 2;
      bb += b[n][i] ** 2;
    }
  });
  return ab / Math.sqrt(aa * bb);
}
