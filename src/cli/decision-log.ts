import { systemReason } from '../engine/files/system-reason.ts';
import { type Decision, decisionLine, decisionSentence } from '../mastering/decision.ts';
import { comparedSecondLine, comparedSpectraLine } from '../monitor/compared-lines.ts';
import type { ComparedFigures, ComparedSecond } from '../monitor/run-figures.ts';
import type { Arguments, CommandOptions } from './command.ts';
import type { FilesInUse } from './files-in-use.ts';
import { text } from './option-value.ts';
import { openLog } from './report-target.ts';
import { say } from './say.ts';

/** Options `--decisions` and `--verbose`. */
export const DECISION_OPTIONS: CommandOptions = {
  decisions: {
    type: 'string',
    requiresArg: true,
    describe: 'write what was decided and why to FILE, a JSON object a line, for `explain`',
  },
  verbose: { type: 'boolean', describe: 'tell it on stderr, a sentence a decision' },
};

/** Where decisions go: to a file as JSON lines, to stderr as sentences, to both, or nowhere. */
export interface DecisionLog {
  readonly take: (decision: Decision) => void;
  /** Takes the loudness before and after, for who reads the file later; undefined without one. */
  readonly compare: ((second: ComparedSecond) => void) | undefined;
  /** Takes what a run has measured at its end. */
  readonly conclude: (compared: ComparedFigures | null) => void;
  readonly end: () => void;
}

/** Opens what `--decisions` names. */
export function openDecisionLog(args: Arguments, files: FilesInUse): DecisionLog {
  const target = text(args, 'decisions');
  const file =
    target === undefined
      ? undefined
      : openLog({ option: '--decisions', target, force: args.force === true, files });
  file?.on('error', (error) => {
    say(`warning: --decisions ${target}: ${systemReason(error)}, lines are missing`);
  });
  // A run that failed before it had anything to tell leaves the log of another one as it was.
  let told = false;
  const write = (line: string): void => {
    told = true;
    file?.write(line);
  };
  return {
    take: (decision) => {
      write(decisionLine(decision));
      if (args.verbose === true) say(decisionSentence(decision));
    },
    compare: file && ((second) => write(comparedSecondLine(second))),
    conclude: (compared) => {
      told = true;
      if (compared !== null) write(comparedSpectraLine(compared));
    },
    end: () => (told ? void file?.end() : void file?.destroy()),
  };
}
