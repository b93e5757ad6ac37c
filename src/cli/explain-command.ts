import { statSync } from 'node:fs';
import { usageError } from '../audio/errors.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import { readDecisions } from '../engine/run/decision-file.ts';
import { decisionPage } from '../monitor/decision-page.ts';
import type { Arguments, Command } from './command.ts';
import { text } from './option-value.ts';
import { packageVersion } from './package-version.ts';
import { print } from './print.ts';

/** `auralis-stream explain LOG`: a decision log as a page with a timeline. */
export const explainCommand: Command = {
  words: [['log', 'what --decisions wrote; - or nothing is stdin']],
  options: {
    output: {
      type: 'string',
      alias: 'o',
      requiresArg: true,
      describe: 'write the page to FILE (default stdout)',
    },
    force: { type: 'boolean', alias: 'f', describe: 'write over an existing page' },
  },
  examples: [
    ['auralis-stream master in.wav out.wav --passes 1 --decisions why.jsonl', 'keep the log of a master'],
    ['auralis-stream explain why.jsonl -o why.html', 'a page that opens and prints anywhere'],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const log = text(args, 'log') ?? '-';
  const target = text(args, 'output');
  if (target !== undefined) check(target, log, args.force === true);
  if (log === '-' && process.stdin.isTTY) {
    throw usageError('no log given: auralis-stream explain LOG [-o FILE], see --help');
  }
  const story = log === '-' ? await readDecisions('stdin', process.stdin) : await readDecisions(log);
  const page = decisionPage(story, packageVersion());
  if (target === undefined || target === '-') {
    await print(page);
    return 0;
  }
  writeWhole(target, page);
  return 0;
}

/** Nothing is written over unasked, and never the log. */
function check(target: string, log: string, force: boolean): void {
  const there = statSync(target, { throwIfNoEntry: false });
  if (there === undefined || !there.isFile()) return;
  const input = statSync(log, { throwIfNoEntry: false });
  if (input?.ino === there.ino && input.dev === there.dev) {
    throw usageError(`-o ${target}: is the log itself, choose another file`);
  }
  if (!force) throw usageError(`-o ${target}: exists, add --force to write over it`);
}
