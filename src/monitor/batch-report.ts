import type { Level } from './analysis.ts';

/** What a report says of a track before and after. */
export interface TrackFigures {
  /** LUFS. */
  readonly integrated: Level;
  /** LU. */
  readonly range: Level;
  /** dBTP. */
  readonly truePeak: Level;
}

/** What was decided for one track by what was measured in it. */
export interface TrackMoves {
  /** dB. */
  readonly gain: number;
  /** Whether a limiter keeps the ceiling. */
  readonly limited: boolean;
  /** Whether the target was lowered to what the ceiling allows. */
  readonly lowered: boolean;
}

/**
 * How a track ended: `finished` now, `done` by an earlier run, `skipped` because it is near enough to its target as it is,
 * `failed`, or `cancelled` before its end.
 */
export type TrackStatus = 'finished' | 'done' | 'skipped' | 'failed' | 'cancelled';

/** One line of a report. */
export interface TrackReport {
  readonly input: string;
  readonly output: string;
  readonly status: TrackStatus;
  /** Null where it was not measured. */
  readonly before: TrackFigures | null;
  /** Read from the file that was written; null where there is none. */
  readonly after: TrackFigures | null;
  /** Null where nothing had to be decided. */
  readonly moves: TrackMoves | null;
  /** Of audio; null where it is not known. */
  readonly seconds: number | null;
  /** Seconds that it took, measuring and writing. */
  readonly elapsed: number;
  readonly warnings: readonly string[];
  /** The file that says what was decided and why, else null. */
  readonly decisions: string | null;
  /** Why it failed, else null. */
  readonly error: string | null;
}

/** What a batch did: plain data, version 1. Levels of silence are null in JSON. */
export interface BatchReport {
  readonly schema: 1;
  readonly version: string;
  /** When it began, in ISO 8601. */
  readonly began: string;
  /** What was done to each track, in words. */
  readonly work: string;
  /** Tracks processed at a time. */
  readonly jobs: number;
  /** Seconds. */
  readonly elapsed: number;
  /** How many tracks ended in which way. */
  readonly count: Readonly<Record<TrackStatus, number>>;
  readonly tracks: readonly TrackReport[];
}

/** Seconds of audio per second that it took; null where nothing was written. */
export function realTimeFactor({ status, seconds, elapsed }: TrackReport): number | null {
  return status === 'finished' && seconds !== null && elapsed > 0 ? seconds / elapsed : null;
}

/** The report as JSON text. */
export function batchReportJson(report: BatchReport): string {
  const tracks = report.tracks.map((track) => ({ ...track, realTimeFactor: realTimeFactor(track) }));
  return `${JSON.stringify({ ...report, tracks }, null, 2)}\n`;
}
