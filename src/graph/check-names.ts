import { didYouMean } from '../audio/nearest.ts';
import { quoted } from '../audio/shown.ts';
import { IN, type PipelineSource } from './definition.ts';
import { useSchema } from './file-schema.ts';
import type { Place, Problems } from './problems.ts';
import { listed, type Scope } from './scope.ts';

/** Every id and every input has a name of its own. */
export function checkIds(
  { stages, controllers = [], inputs = [IN] }: PipelineSource,
  place: Place,
  problems: Problems,
): void {
  const first = new Map<string, string>();
  inputs.forEach((name, n) => {
    if (inputs.indexOf(name) < n) problems.add(place, `inputs[${n}]`, `"${name}" is given twice`);
  });
  const take = (id: unknown, owner: string): void => {
    if (typeof id !== 'string') return;
    const at = `${owner}.id`;
    if (inputs.includes(id)) {
      problems.add(place, at, `"${id}" is the name of what comes in; choose another`);
    } else if (first.has(id)) {
      problems.add(place, at, () => `${quoted(id)} is taken by ${first.get(id)}`);
    } else first.set(id, owner);
  };
  stages.forEach(({ id }, n) => void take(id, `stages[${n}]`));
  controllers.forEach((raw, n) => void take(raw.id, `controllers[${n}]`));
}

/** Knobs have names of their own and lead to entries that are there. */
export function checkKnobs(
  { parameters = {} }: PipelineSource,
  ids: readonly string[],
  place: Place,
  problems: Problems,
): void {
  for (const [name, { to, min, max }] of Object.entries(parameters)) {
    const at = `parameters.${name}`;
    if (ids.includes(name)) problems.add(place, at, `"${name}" is the id of an entry; choose another`);
    if (name in useSchema.shape) problems.add(place, at, `"${name}" means something else; choose another`);
    if (min !== undefined && max !== undefined && min >= max) {
      problems.add(place, at, `min ${min} is not below max ${max}`);
    }
    for (const { path, range } of to) {
      const id = path.split('.')[0];
      const hint = (): string => didYouMean(id, ids) || `, known are ${listed(ids)}`;
      if (!ids.includes(id)) problems.add(place, at, () => `no entry is called ${quoted(id)}${hint()}`);
      if (range && (min === undefined || max === undefined)) {
        problems.add(place, at, 'a range needs min and max of the knob');
      }
    }
  }
}

/** What nobody takes is work for nothing and most likely a slip. */
export function checkUnused(
  { inputs = [IN] }: PipelineSource,
  ids: readonly string[],
  scope: Scope,
  place: Place,
  problems: Problems,
): void {
  inputs.forEach((name, n) => {
    if (!scope.isUsed(name)) problems.add(place, `inputs[${n}]`, `nothing takes "${name}"`);
  });
  ids.forEach((id, n) => {
    if (!scope.isUsed(id))
      problems.add(place, `stages[${n}]`, () => `nothing takes the output of ${quoted(id)}`);
  });
}
