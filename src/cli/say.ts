import { printable } from '../audio/shown.ts';

/** Writes a line to stderr, one line whatever stands in it. */
export function say(line: string): void {
  process.stderr.write(`auralis-stream: ${printable(line)}\n`);
}
