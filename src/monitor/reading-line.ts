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
