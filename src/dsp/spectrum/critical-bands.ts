import { log2 } from '../elementary.ts';
import { BARK_EDGES, barkBands } from './frequency-bands.ts';

/** How many critical bands there are. */
export const CRITICAL_BANDS = BARK_EDGES.length;

/** Below this there is little to hear, so that the width of the lowest band is counted from here. */
const LOWEST_HZ = 20;
/** And above this. */
const HIGHEST_HZ = 20000;

/** A critical band below half the rate. */
export interface CriticalBand {
  /** The middle between the edges, in Hz. */
  readonly centreHz: number;
  /** Width of its audible part in octaves. */
  readonly octaves: number;
}

/** The critical bands that begin below half the rate, lowest first; the last one ends there. */
export function criticalBands(sampleRate: number): readonly CriticalBand[] {
  const { freqs, edges } = barkBands(sampleRate);
  return freqs.map((centreHz, n) => {
    const [lowHz, highHz] = [edges[n], edges[n + 1]];
    const top = Math.max(Math.min(highHz, HIGHEST_HZ), lowHz + 1);
    return { centreHz, octaves: log2(top / Math.max(lowHz, LOWEST_HZ)) };
  });
}
