import { AuralisError, pipelineError, usageError } from '../audio/errors.ts';
import { readPipelineFile } from '../engine/pipelines/pipeline-files.ts';
import { automationChanges, ownMoves } from '../graph/automation.ts';
import { COMMAND_NAMES, type Command } from './command.ts';
import { list } from './option-value.ts';
import { print } from './print.ts';
import { ScheduledFile } from './schedule.ts';

/** Any rate will do to see whether a file's moves fit its stages. */
const RATE = 48000;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `auralis-stream check FILE...`: says what is wrong with pipeline files, for editors and CI. */
export const checkCommand: Command = {
  words: [['file...', 'pipeline files']],
  options: {},
  examples: [['auralis-stream check pipelines/*.json', 'code 0, or 2 with a line for every problem']],
  run: async (args) => {
    const files = list(args, 'file');
    if (files.length === 0) throw usageError('no file given: auralis-stream check FILE..., see --help');
    const problems: string[] = [];
    for (const file of files) {
      try {
        const read = (path: string) => readPipelineFile(path, { otherNames: COMMAND_NAMES });
        const pipeline = await read(file);
        await new ScheduledFile(file, read).read();
        automationChanges(pipeline, ownMoves(pipeline), RATE);
        const counts = [counted(pipeline.entries.length, 'stage')];
        if (pipeline.controllers.length > 0) counts.push(counted(pipeline.controllers.length, 'controller'));
        await print(`${file}: ok, ${counts.join(', ')}\n`);
      } catch (error) {
        if (!(error instanceof AuralisError)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length > 0) throw pipelineError(problems.join('\n'));
    return 0;
  },
};
