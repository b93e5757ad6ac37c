import type { ComparedFigures } from './run-figures.ts';

/** A decision as a log has it. */
export interface LoggedDecision {
  /** Seconds of the output. */
  readonly time: number;
  readonly rule: string;
  readonly stage: string | null;
  readonly parameter: string | null;
  readonly from: unknown;
  readonly to: unknown;
  readonly measured: Readonly<Record<string, number | string | null>>;
  readonly because: string;
}

/** What a decision log tells. */
export interface DecisionStory {
  /** Of the file. */
  readonly name: string;
  readonly decisions: readonly LoggedDecision[];
  /** Decisions of which there was no room. */
  readonly untold: number;
  /** Seconds that it spans. */
  readonly duration: number;
  /** Short-term loudness in LUFS: rows of seconds, before, after; NaN for silence. */
  readonly loudness: readonly (readonly [number, number, number])[];
  /** Null where the log ends before the programme did. */
  readonly programme: ComparedFigures | null;
  /** Middle of each critical band in Hz. */
  readonly bandCentres: readonly number[];
}

/** Decisions of one rule on one parameter that follow each other without a pause: what people take for one. */
export interface Episode extends LoggedDecision {
  /** Seconds of the last of them. */
  readonly end: number;
  readonly steps: number;
}

/** Seconds between two steps of one episode, at most: a controller decides once a second. */
const PAUSE = 2;

/** Joins the steps of a log to episodes, in the order in which they began. */
export function episodesOf(decisions: readonly LoggedDecision[]): Episode[] {
  const episodes: Episode[] = [];
  const open = new Map<string, number>();
  for (const decision of decisions) {
    const key = `${decision.stage}.${decision.parameter}.${decision.rule}`;
    const at = open.get(key);
    const before = at === undefined ? undefined : episodes[at];
    if (before && decision.time - before.end <= PAUSE) {
      const { time: end, to, measured } = decision;
      episodes[at!] = { ...before, end, to, measured, steps: before.steps + 1 };
      continue;
    }
    open.set(key, episodes.length);
    episodes.push({ ...decision, end: decision.time, steps: 1 });
  }
  return episodes;
}
