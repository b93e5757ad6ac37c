import type { ProgrammeLoudness } from './dry-pass.ts';

/** A search ends this near to the target, in LU, so that quantisation has its share of what is promised. */
const NEAR = 0.02;
/** Most dry passes of a search. */
const MOST_PASSES = 12;
/** Range of the gain stage in dB, and of two in a row downwards. */
const MOST_GAIN = 60;
const LEAST_GAIN = -120;

interface SolveOptions {
  /** The first gain that is tried, in dB. */
  readonly start: number;
  /** LUFS. */
  readonly target: number;
  /** @default 60 */
  readonly most?: number;
  /** @default -120 */
  readonly least?: number;
}

/** A gain and what it leads to. */
export interface SolvedGain {
  /** dB. */
  readonly gain: number;
  readonly after: ProgrammeLoudness;
  /** Target less what was reached, in LU. */
  readonly error: number;
}

/** Finds the gain at which what comes out has a loudness, by secants: the nearest of twelve tries. */
export async function solveGain(
  measureAt: (gain: number) => Promise<ProgrammeLoudness>,
  { start, target, most = MOST_GAIN, least = LEAST_GAIN }: SolveOptions,
): Promise<SolvedGain> {
  let gain = start;
  let slope = 1;
  let best: SolvedGain | null = null;
  let last = null as { gain: number; loudness: number } | null;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    gain = Math.max(least, Math.min(most, gain));
    if (gain === last?.gain) break;
    const after = await measureAt(gain);
    const error = target - after.integrated;
    if (best === null || Math.abs(error) < Math.abs(best.error)) best = { gain, after, error };
    if (Math.abs(error) <= NEAR) break;
    if (last !== null)
      slope = Math.min(1, Math.max(0.1, (after.integrated - last.loudness) / (gain - last.gain)));
    last = { gain, loudness: after.integrated };
    gain += error / slope;
  }
  return best!;
}
