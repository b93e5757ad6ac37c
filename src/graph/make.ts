import { type AudioFormat, sameFormat } from '../audio/format.ts';
import { needsRestart } from '../stages/change-params.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { EntryFormats, formatFor } from './entry-formats.ts';

/** What stages are prepared with, by id: it fixes their latency and the size of their state, wherever they glide to. */
export type Makes = Readonly<Record<string, PipelineEntry['params']>>;

const makeOf = ({ params, made = params }: PipelineEntry): PipelineEntry['params'] => made;

/** What the stages of a pipeline are prepared with. */
export const makesOf = ({ entries }: PipelineDefinition): Makes =>
  Object.fromEntries(entries.map((entry) => [entry.id, makeOf(entry)]));

/** Whether stages are prepared alike. */
export const sameMakes = (a: Makes, b: Makes): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A pipeline whose stages are prepared with what `makes` says, where it knows them; their parameters are to be set then. */
export function madeAs(definition: PipelineDefinition, makes: Makes): PipelineDefinition {
  const entries = definition.entries.map((entry) =>
    Object.hasOwn(makes, entry.id) ? { ...entry, made: makes[entry.id] } : entry,
  );
  return { ...definition, entries };
}

/**
 * A pipeline whose stages are of the make of those whose state they can take over from the one before it: the same stage
 * for the same channels, with parameters that it can glide to. What changes the rate begins anew.
 */
export function successorOf(
  before: PipelineDefinition,
  next: PipelineDefinition,
  format: AudioFormat,
): PipelineDefinition {
  const [formatsBefore, formats] = [before, next].map((definition) => new EntryFormats(definition, format));
  const makes = next.entries.flatMap((entry) => {
    const { id, definition, params } = entry;
    const old = before.entries.find((one) => one.id === id);
    if (old?.definition !== definition || definition.changesRate) return [];
    const fits = sameFormat(formatFor(entry, formats.input(entry)), formatFor(old, formatsBefore.input(old)));
    return fits && !needsRestart(definition, makeOf(old), params) ? [[id, makeOf(old)]] : [];
  });
  return madeAs(next, Object.fromEntries(makes));
}
