import type { LiveReadings } from './monitored-run.ts';
import type { HistoryPoint } from './server/history.ts';

/** Where a page gets readings, by WebSocket. */
export const METERS_PATH = '/api/meters';
/** What that socket speaks. */
export const METERS_PROTOCOL = 'auralis.meters';
/** What stands in front of the token in the list of protocols: a page can send no other header with a WebSocket. */
export const TOKEN_PROTOCOL = 'bearer.';

/** A moment of a run, as one message; levels of silence are null there. */
export interface MeterFrame extends LiveReadings {
  /** Number of the latest event. */
  readonly lastEvent: number;
  /** Points of the history so far, and the latest one. */
  readonly points: number;
  readonly point: HistoryPoint | null;
}

/** The protocols that a reader offers. */
export const offeredProtocols = (token: string | null): string[] =>
  token === null ? [METERS_PROTOCOL] : [METERS_PROTOCOL, `${TOKEN_PROTOCOL}${token}`];
