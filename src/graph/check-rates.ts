import { type InputRef, MAIN, type PipelineEntry, type PipelineOutput } from './definition.ts';
import type { Place, Problems } from './problems.ts';

/** Where a problem is told: the entries of parts say for themselves where they stand. */
const placeOf = (where: string): Place => ({ where, path: null, usedBy: null, chain: [] });

/**
 * Where the rate changes the pipeline is one signal wide: a stage that changes it takes one whole signal, and what stands
 * in front of it can't be taken behind it.
 */
export function checkRates(
  { entries, outputs }: { entries: readonly PipelineEntry[]; outputs: readonly PipelineOutput[] },
  inputs: readonly string[],
  place: Place,
  problems: Problems,
): void {
  const seen = [...inputs];
  const passed = new Map<string, string>();
  const take = ({ from }: InputRef, { where }: Place, at: string): void => {
    const change = passed.get(from);
    if (change === undefined) return;
    const what = `"${from}" stands before "${change}" at another sample rate; take "${change}" or what follows it`;
    problems.add(placeOf(`${where}${at}`), '', what);
  };
  for (const entry of entries) {
    const own = placeOf(entry.where);
    const several = entry.inputs.length > 1;
    entry.inputs.forEach((ref, n) => {
      take(ref, own, several ? `.input[${n}]` : '.input');
    });
    if (entry.key) take(entry.key, own, '.key');
    if (entry.definition.changesRate) {
      checkChange(entry, own, problems);
      for (const id of seen) if (!passed.has(id)) passed.set(id, entry.id);
    }
    seen.push(entry.id);
  }
  for (const { name, from } of outputs) take(from, place, `: outputs.${name}`);
}

function checkChange(
  { definition, inputs, mix, bypass, channels }: PipelineEntry,
  place: Place,
  problems: Problems,
): void {
  if (mix < 1 || bypass || channels) {
    const what = `mix, bypass and channels need a stage that keeps the rate, "${definition.name}" changes it`;
    problems.add(place, '', what);
  }
  if (inputs.length > 1 || inputs.some(({ port, gainDb }) => port !== MAIN || gainDb !== 0)) {
    problems.add(
      placeOf(`${place.where}.input`),
      '',
      `"${definition.name}" takes one whole signal; put a mix in front of it`,
    );
  }
}
