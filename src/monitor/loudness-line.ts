import type { Level } from './analysis.ts';

/**
 * What a loudness log says of a second: of the last 400 ms and 3 s, of the hour so far, of the second's own peak. A true peak within the
 * last 16 frames is read in the second behind it; the hour has all.
 */
export interface LoudnessSecond {
  readonly momentary: number;
  readonly shortTerm: number;
  readonly integrated: number;
  readonly range: Level;
  readonly truePeak: number;
}

/** What it says of an hour. */
export interface LoudnessHour {
  readonly integrated: number;
  readonly range: Level;
  readonly momentaryMax: number;
  readonly shortTermMax: number;
  readonly truePeak: number;
  /** Seconds that were above the absolute gate of -70 LUFS. */
  readonly gatedSeconds: number;
}

/** Where in the stream a line of the log stands, in seconds. */
export interface LoudnessSpan {
  readonly from: number;
  readonly to: number;
}

const rounded = (value: Level): Level =>
  value !== null && Number.isFinite(value) ? Math.round(value * 100) / 100 : value;

/** A line of a loudness log, with its newline: JSON, figures to 0.01, null where there is none; `time` is the clock's. */
export function loudnessLine(
  type: 'second' | 'hour',
  time: Date,
  { from, to }: LoudnessSpan,
  figures: LoudnessSecond | LoudnessHour,
): string {
  const values = Object.entries(figures).map(([name, value]) => [name, rounded(value)]);
  const line = { type, time: time.toISOString(), from, to, ...Object.fromEntries(values) };
  return `${JSON.stringify(line)}\n`;
}
