/** Plain data that a meter gives; dB of silence is -Infinity here. */
export interface PlainReading {
  readonly [name: string]: unknown;
}

/** What a line of a report is: a reading taken on the way, or the totals at the end. */
export type LineKind = 'reading' | 'total';

/** One line of a report, with its newline: JSON, in which -Infinity and NaN are null. */
export function readingLine(kind: LineKind, id: string, reading: PlainReading): string {
  return `${JSON.stringify({ type: kind, id, ...reading })}\n`;
}

/** A line for a change that came while running: an entry of an automation that replays it. */
export function moveLine(move: object): string {
  return `${JSON.stringify({ type: 'move', ...move })}\n`;
}
