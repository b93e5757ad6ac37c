import type { RunSummary } from '../engine/run/run-summary.ts';
import { meterSummary } from '../monitor/meter-summary.ts';
import type { ProgressLine } from '../monitor/progress-line.ts';
import type { Arguments } from './command.ts';
import { latencyLine } from './latency-line.ts';
import { say } from './say.ts';

/** Progress on stderr, where there is a terminal to show it. */
export async function progressLine(): Promise<ProgressLine | null> {
  if (!process.stderr.isTTY) return null;
  const { ProgressLine } = await import('../monitor/progress-line.ts');
  return new ProgressLine(process.stderr);
}

/** Tells, at the end of a run, what there is to say of it and what was asked for. */
export function conclude(
  { warnings, meters, latency, format, checkpoint }: RunSummary,
  args: Arguments,
): void {
  if (args.latency === true && format) {
    say(latencyLine(latency, format.sampleRate));
  }
  if (args.quiet !== true) {
    for (const warning of warnings) say(`warning: ${warning}`);
    if (checkpoint) {
      say(`to go on from ${checkpoint.seconds.toFixed(3)} s: --resume ${args.checkpoint}`);
    }
  }
  if (args.meter === true) process.stderr.write(meterSummary(meters));
}
