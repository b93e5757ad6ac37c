/** A line of an event log, with its newline: what happened, when by the wall clock, and at which frame of the stream. */
export function eventLine(time: Date, event: object): string {
  return `${JSON.stringify({ time: time.toISOString(), ...event })}\n`;
}
