import { analyze } from '../../src/engine/analysis/analyze.ts';
import { chunked, floatWav } from '../engine/wav-of.ts';
import { CORPUS_RATE } from './mastering-corpus.ts';
import type { Signal } from './signals.ts';

/** Integrated loudness in LUFS of a signal of the corpus, from a time in seconds on. */
export async function loudnessFrom(signal: Signal, from: number): Promise<number> {
  const rest = signal.map((x) => x.subarray(Math.round(from * CORPUS_RATE)));
  const { analysis } = await analyze(chunked(floatWav(rest, CORPUS_RATE)), { only: ['loudness'] });
  return analysis.loudness!.integrated!;
}
