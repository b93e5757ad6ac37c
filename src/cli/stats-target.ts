import { systemReason } from '../engine/files/system-reason.ts';
import { RunStats } from '../engine/run/run-stats.ts';
import type { RunSummary } from '../engine/run/run-summary.ts';
import { runFiguresText } from '../monitor/run-figures-text.ts';
import type { Arguments, CommandOptions } from './command.ts';
import type { FilesInUse } from './files-in-use.ts';
import { text } from './option-value.ts';
import { openDocument } from './report-target.ts';
import { say } from './say.ts';

/** Options `--stats` and `--stats-json`. */
export const STATS_OPTIONS: CommandOptions = {
  stats: {
    type: 'boolean',
    describe: 'print what the run took, stage by stage, and what it did to the sound, at the end',
  },
  'stats-json': { type: 'string', requiresArg: true, describe: 'write that as JSON to FILE' },
};

/** Statistics that the command line asks for. */
export interface WantedStats {
  readonly stats: RunStats;
  /** Tells them, once the run is over. */
  readonly tell: (summary: RunSummary) => void;
}

/** Begins to take statistics where the command line asks for them; else null. */
export function openStats(args: Arguments, files: FilesInUse): WantedStats | null {
  const target = text(args, 'stats-json');
  if (args.stats !== true && target === undefined) return null;
  const file =
    target === undefined
      ? undefined
      : openDocument({ option: '--stats-json', target, force: args.force === true, files });
  file?.on('error', (error) => {
    say(`warning: --stats-json ${target}: ${systemReason(error)}`);
  });
  const stats = new RunStats();
  return {
    stats,
    tell: (summary) => {
      const figures = stats.figures(summary);
      file?.end(`${JSON.stringify(figures, null, 2)}\n`);
      if (args.stats === true) process.stderr.write(runFiguresText(figures));
    },
  };
}
