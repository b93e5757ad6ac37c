import type { Planar } from '../../audio/block.ts';

/** Steepness of a split in dB/octave: Linkwitz-Riley of order 4 or 8. */
export const CROSSOVER_SLOPES = [24, 48] as const;
export type CrossoverSlope = (typeof CROSSOVER_SLOPES)[number];

/** What a crossover is made for. */
export interface BandSplitterOptions {
  readonly sampleRate: number;
  readonly channels: number;
  readonly maxFrames: number;
  /** Frequencies in Hz at which the bands meet, rising; one fewer than bands. */
  readonly freqs: readonly number[];
  readonly slope: CrossoverSlope;
}

/** Splits audio into bands whose sum has a flat magnitude. */
export interface BandSplitter {
  /** Frames by which every band is late. */
  readonly latency: number;
  /** Moves to as many new frequencies, at once or with `glide` in a fade. */
  setFreqs(freqs: readonly number[], glide: boolean): void;
  /** Reads `main` and writes one output a band, lowest first. */
  process(main: Planar, outputs: readonly Planar[], frames: number): void;
}
