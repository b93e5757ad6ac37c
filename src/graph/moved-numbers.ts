import { rangeOf } from '../stages/parameters.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';

type Values = PipelineEntry['params'];
type Copy<T> = { -readonly [K in keyof T]: T[K] };

/** An entry whose numbers move. */
interface Moving {
  readonly place: number;
  readonly entry: PipelineEntry;
  params: Values;
  /** What has moved since it was put into the pipeline. */
  readonly numbers: Map<string, number>;
}

/**
 * A pipeline whose numbers move: a controller moves several a second, and the pipeline that they make is put together when
 * somebody asks for it.
 */
export class MovedNumbers {
  #definition: PipelineDefinition;
  #moving = new Map<string, Moving>();

  constructor(definition: PipelineDefinition) {
    this.#definition = definition;
  }

  /** The pipeline as it is now. */
  get definition(): PipelineDefinition {
    let next = this.#definition;
    for (const { place, entry, params, numbers } of this.#moving.values()) {
      if (numbers.size === 0) continue;
      const { source, entries } = next;
      const stages = source.stages.with(place, { ...source.stages[place], ...Object.fromEntries(numbers) });
      next = { ...next, source: { ...source, stages }, entries: entries.with(place, { ...entry, params }) };
    }
    if (next !== this.#definition) this.#moving = new Map();
    this.#definition = next;
    return next;
  }

  /** Parameters of an entry as they are now. */
  paramsOf(id: string): Values {
    return (this.#moving.get(id) ?? this.#definition.entries.find((entry) => entry.id === id))!.params;
  }

  /**
   * Moves a number that a stage of the file itself can glide to, where the stage takes it: of all checks of a pipeline only that
   * of the stage's parameters can come to another end. Gives the parameters before, or null where the whole check has to say.
   */
  move(id: string, key: string, value: number): Values | null {
    const moving = this.#moving.get(id) ?? this.#begin(id);
    if (moving === null) return null;
    const before = moving.params;
    const params = withNumber(moving.entry.definition.params, before, key, value);
    if (params === null) return null;
    moving.params = params;
    moving.numbers.set(key, value);
    return before;
  }

  #begin(id: string): Moving | null {
    const { entries, source } = this.#definition;
    const { stages, parameters = {} } = source;
    const plain = source.extends === undefined && entries.length === stages.length;
    const place = entries.findIndex((entry) => entry.id === id);
    if (!plain || place < 0 || stages.some((raw) => 'use' in raw) || Object.hasOwn(parameters, id))
      return null;
    const entry = entries[place];
    const moving: Moving = { place, entry, params: entry.params, numbers: new Map() };
    this.#moving.set(id, moving);
    return moving;
  }
}

/** A stage's parameters with a number replaced; of checks only its range and the rules over several parameters are left. */
function withNumber(
  { shape, def }: PipelineEntry['definition']['params'],
  params: Values,
  key: string,
  value: number,
): Values | null {
  const range = Object.hasOwn(shape, key) ? rangeOf(shape[key]) : undefined;
  if (range?.change !== 'live' || !(value >= range.min && value <= range.max)) return null;
  // In a literal a key that is there already takes V8 several times as long.
  const changed: Copy<Values> = { ...params };
  changed[key] = value;
  const found = { value: changed, issues: [] };
  for (const rule of def.checks ?? []) rule._zod.check(found);
  return found.issues.length === 0 ? changed : null;
}
