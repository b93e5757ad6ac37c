import { log2 } from '../elementary.ts';
import { BARK_EDGES, barkBands } from './frequency-bands.ts';

/** How many critical bands there are. */
export const CRITICAL_BANDS = BARK_EDGES.length;

/** Below this there is little to hear, so that the width of the lowest band is counted from here, or is an octave where it ends lower. */
const LOWEST_HZ = 20;

/** A critical band below half the rate. */
export interface CriticalBand {
  /** The middle between the edges, in Hz. */
  readonly centreHz: number;
  /** Width of its audible part in octaves. */
  readonly octaves: number;
}

/** The critical bands that begin below half the rate, lowest first; the last one ends there or at 20 kHz. */
export function criticalBands(sampleRate: number): readonly CriticalBand[] {
  const { freqs, edges } = barkBands(sampleRate);
  return freqs.map((centreHz, n) => {
    const low = Math.max(edges[n], Math.min(LOWEST_HZ, edges[n + 1] / 2));
    return { centreHz, octaves: log2(edges[n + 1] / low) };
  });
}
