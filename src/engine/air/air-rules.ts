import type { Fallback } from './fallback.ts';

/** A programme is judged, and a fallback given, in pieces so long, in ms. */
export const PIECE_MS = 10;
/** What is held back of a programme, and fades it out, in ms. */
export const HOLD_MS = 20;
/** By how much that and the pieces make a programme late that a fallback stands behind, in ms. */
export const HELD_MS = HOLD_MS + PIECE_MS;

/** How much of a programme is kept waiting where the drift of its clock is absorbed, in ms. */
export const CLOCK_MS = 100;

/** How a stream is kept going. Times in ms. */
export interface AirRules {
  /** Null gives the programme alone: it is paced, and nothing else. */
  readonly fallback: Fallback | null;
  /** What happens at the end of a programme. */
  readonly onEnd: 'fallback' | 'exit';
  /** Holds the programme to the clock; a fallback always is. */
  readonly pace: boolean;
  /** Absorbs the drift between the programme's clock and this one; only with `pace`. */
  readonly absorb?: boolean;
  /** Passes over what piled up while the programme was off air. */
  readonly live: boolean;
  readonly starveAfter: number;
  readonly backAfter: number;
  /** dBFS, and for how long. */
  readonly silenceBelow: number;
  readonly silenceAfter: number;
}
