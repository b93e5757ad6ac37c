import { exp2 } from '../elementary.ts';

/** Neighbouring bands of frequencies: band i reaches from edge i to edge i + 1. */
export interface FrequencyBands {
  /** What the bands are called by: nominal centres in Hz, or centres of the critical bands. */
  readonly freqs: readonly number[];
  /** One edge more than bands, in Hz, rising. */
  readonly edges: readonly number[];
}

/**
 * Nominal centre frequencies in Hz of the third-octave bands from 20 Hz to 20 kHz. IEC 61260-1:2014, Annex E. The exact
 * ones are 1000 * 10^(n/10), n = -17..13 (5.2 to 5.4, base-ten system).
 */
export const THIRD_OCTAVES: readonly number[] = [
  20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000,
  2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000,
];

/** Nominal centre frequencies in Hz of the octave bands; the exact ones are 1000 * 10^(3n/10), n = -5..4. */
const OCTAVES: readonly number[] = [31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000];

/** Third-octave bands in an octave, and the index of the lowest one of the lowest octave. */
const THIRDS = 3;
const FIRST_THIRD = 1;

/**
 * Edges in Hz of the critical bands. Zwicker, "Subdivision of the audible frequency range into critical bands", J. Acoust.
 * Soc. Am. 33(2), 1961, table I; a 25th band takes what lies above 15.5 kHz and is heard.
 */
export const BARK_EDGES: readonly number[] = [
  0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300,
  6400, 7700, 9500, 12000, 15500,
];

/** Where hearing ends: up to here whatever the rate, so that 96 kHz have the balance of 44.1 kHz. */
const HIGHEST_HZ = 20000;

const FIRST_BAND = -17;
const LOG2_10 = 3.321928094887362;

/** Exact edge in Hz below the n-th band from 1 kHz: 1000 * 10^((n - 1/2) / 10). IEC 61260-1:2014, 5.5. */
const lowerEdge = (n: number): number => 1000 * exp2(((n - 0.5) / 10) * LOG2_10);

/** The third-octave bands whose nominal centre is below half the rate; the last one may end there. */
export function thirdOctaveBands(sampleRate: number): FrequencyBands {
  const freqs = THIRD_OCTAVES.filter((freq) => freq < sampleRate / 2);
  const edges = [...freqs.keys(), freqs.length].map((i) => lowerEdge(FIRST_BAND + i));
  return { freqs, edges: edges.map((edge) => Math.min(edge, sampleRate / 2)) };
}

/** The octave bands whose nominal centre is below half the rate. */
export const octaveCentres = (sampleRate: number): readonly number[] =>
  OCTAVES.filter((freq) => freq < sampleRate / 2);

/** Powers in octave bands from those in third-octave bands: an octave is three of them, edge to edge. */
export function octavePowers(thirds: ArrayLike<number>, octaves: number): number[] {
  return Array.from({ length: octaves }, (_, octave) => {
    const from = FIRST_THIRD + THIRDS * octave;
    let sum = 0;
    for (let i = from; i < from + THIRDS && i < thirds.length; i++) sum += thirds[i];
    return sum;
  });
}

/** The critical bands that begin below half the rate, the last one up to there or to 20 kHz: 25 from 31.001 kHz on. */
export function barkBands(sampleRate: number): FrequencyBands {
  const top = Math.min(sampleRate / 2, HIGHEST_HZ);
  const edges = [...BARK_EDGES.filter((edge) => edge < top), top];
  return { freqs: edges.slice(1).map((edge, band) => (edges[band] + edge) / 2), edges };
}
