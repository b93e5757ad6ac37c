import { log2 } from './elementary.ts';

/** Edges of the critical bands in Hz; the last one ends at half the rate. E. Zwicker, J. Acoust. Soc. Am. 33(2), 1961. */
export const BARK_EDGES: readonly number[] = [
  0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300,
  6400, 7700, 9500, 12000, 15500,
];

/** How many critical bands there are. */
export const CRITICAL_BANDS = BARK_EDGES.length;

/** Below this there is little to hear, so that the width of the lowest band is counted from here. */
const LOWEST_HZ = 20;
/** And above this. */
const HIGHEST_HZ = 20000;

/** A critical band below half the rate. */
export interface CriticalBand {
  /** Edges in Hz. */
  readonly lowHz: number;
  readonly highHz: number;
  /** The middle between the edges, in Hz. */
  readonly centreHz: number;
  /** Width of its audible part in octaves. */
  readonly octaves: number;
}

/** The critical bands that begin below half the rate, lowest first; the last one ends there. */
export function criticalBands(sampleRate: number): readonly CriticalBand[] {
  const nyquist = sampleRate / 2;
  const lows = BARK_EDGES.filter((edge) => edge < nyquist);
  return lows.map((lowHz, n) => {
    const highHz = Math.min(BARK_EDGES[n + 1] ?? nyquist, nyquist);
    const top = Math.max(Math.min(highHz, HIGHEST_HZ), lowHz + 1);
    return {
      lowHz,
      highHz,
      centreHz: (lowHz + highHz) / 2,
      octaves: log2(top / Math.max(lowHz, LOWEST_HZ)),
    };
  });
}
