import { pipelineError } from '../../audio/errors.ts';
import type { PartResolver, PipelineDefinition } from '../../graph/definition.ts';
import { checkPipeline } from '../../graph/parse-pipeline.ts';
import { partFiles } from './part-files.ts';
import { type ReadPipelineOptions, readPipelineFile } from './pipeline-files.ts';
import { pipelineRegistry } from './pipeline-registry.ts';

/** Id of the switch. */
const AB = 'ab';

/** Name of the parameter that says which of a pair is heard: `a` or `b`. */
export const AB_POSITION = `${AB}.position`;

/**
 * Two pipelines, paths or names of shipped ones, as one that has both as parts, `a` and `b`, side by side on one input, and
 * the stage `ab-switch` with the id `ab` behind them. What is said of parts holds for them: `a.limiter.ceiling` is a
 * parameter, and the one that is late by less waits for the other.
 */
export async function readAbPipeline(
  a: string,
  b: string,
  options: ReadPipelineOptions = {},
): Promise<PipelineDefinition> {
  const pair = [await readPipelineFile(a, options), await readPipelineFile(b, options)];
  for (const one of pair) checkHalf(one);
  const [first, second] = pair.map(({ origin, name }) => ({ use: origin.path, name }));
  const inside = partFiles(options.allowOutside ?? false);
  const named = partFiles(true);
  // The two may lie anywhere, because they were named outright; what they name in turn is looked at as ever.
  const parts: PartResolver = (reference, from) => (from === null ? named : inside)(reference, from);
  return checkPipeline(
    {
      name: `${first.name} or ${second.name}`,
      description: `a is ${first.name}, b is ${second.name}, made as loud as a.`,
      stages: [
        { use: first.use, id: 'a' },
        { use: second.use, id: 'b', input: 'in' },
        { stage: 'ab-switch', id: AB, input: 'a', key: 'b' },
      ],
    },
    { where: 'ab', path: null, parts, registry: pipelineRegistry(inside) },
  );
}

/** Which of a pair is heard. */
export const abPosition = ({ entries }: PipelineDefinition): unknown =>
  entries.find(({ id }) => id === AB)?.params.position;

/** Half of a pair has one input and one output, and nothing that only a whole pipeline can do. */
function checkHalf({ inputs, outputs, automation, source, origin: { where } }: PipelineDefinition): void {
  const only = (what: string): Error => pipelineError(`${where}: ${what}, which none of a pair can have`);
  if (inputs.length > 1) throw only(`has the inputs ${inputs.join(', ')}`);
  if (outputs.length > 1) throw only(`has the outputs ${outputs.map(({ name }) => name).join(', ')}`);
  if (source.schedule?.length) throw only('has a schedule');
  if (automation.length > 0) throw only('has automation');
}
