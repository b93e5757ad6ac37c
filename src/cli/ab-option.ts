import { AB_POSITION, abPosition, readAbPipeline } from '../engine/pipelines/ab-pipeline.ts';
import { type ReadPipelineOptions, readPipelineFile } from '../engine/pipelines/pipeline-files.ts';
import type { RunControl } from '../engine/run/run-options.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import type { Arguments, CommandOptions } from './command.ts';
import { text } from './option-value.ts';

/** The option of a second pipeline beside the first. */
export const AB_OPTIONS: CommandOptions = {
  ab: {
    type: 'string',
    requiresArg: true,
    describe:
      'a second pipeline beside the first, made as loud: SIGUSR2, or a move of ab.position to a or b, says which is heard',
  },
};

/** Reads a pipeline, with `--ab` and the one beside it as one. */
export function readPipelineOrPair(
  args: Arguments,
  path: string,
  options: ReadPipelineOptions,
): Promise<PipelineDefinition> {
  const other = text(args, 'ab');
  return other === undefined ? readPipelineFile(path, options) : readAbPipeline(path, other, options);
}

/** Has the other one of a pair heard at every SIGUSR2, which Windows has not; `tell` takes a line. Gives back what ends it. */
export function switchOnSignal(
  control: Pick<RunControl, 'pipeline' | 'live'>,
  tell: (line: string) => void,
): () => void {
  const change = (): void => {
    const other = abPosition(control.pipeline) === 'a' ? 'b' : 'a';
    control.live.set(AB_POSITION, other);
    tell(`${other} is heard`);
  };
  if (process.platform !== 'win32') process.on('SIGUSR2', change);
  return () => process.off('SIGUSR2', change);
}
