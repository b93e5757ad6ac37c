import type * as z from 'zod';
import { pipelineError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { quoted, shown } from '../audio/shown.ts';
import { stageNamed } from '../stages/registry.ts';
import { assignControllerIds, assignIds } from './assign-ids.ts';
import type { Knob, PipelineSource } from './definition.ts';
import { useSchema } from './file-schema.ts';
import { listed } from './scope.ts';

/** Path of a setting: `eq.bands[0].gain` or `eq.bands.0.gain`. */
const pathOf = (name: string): string[] => name.replace(/\[(\d+)\]/g, '.$1').split('.');

/** A copy of `target` with the value at `path` replaced. */
function withValue(target: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  if (Array.isArray(target)) {
    if (!/^\d{1,9}$/.test(key) || Number(key) > target.length) {
      const allowed = target.length === 0 ? '0' : `0 to ${target.length - 1}, or ${target.length} to add one`;
      throw pipelineError(`${quoted(key)} is no place in the list, expected ${allowed}`);
    }
    return Object.assign([...target], { [key]: withValue(target[Number(key)], rest, value) });
  }
  if (target !== undefined && (typeof target !== 'object' || target === null)) {
    throw pipelineError(`${shown(target)} has no ${quoted(key)}`);
  }
  if (key === '__proto__') throw pipelineError('unknown "__proto__"');
  const object = (target ?? {}) as Readonly<Record<string, unknown>>;
  const held = Object.hasOwn(object, key) ? object[key] : undefined;
  return { ...object, [key]: withValue(held, rest, value) };
}

/** An entry that has the list its stage has by default, where a path leads into one that it leaves out. */
function withUsualList(raw: Record<string, unknown>, [key, ...rest]: readonly string[]) {
  if (rest.length === 0 || raw[key] !== undefined) return raw;
  const shape: Readonly<Record<string, z.ZodType>> = stageNamed(String(raw.stage))?.params.shape ?? {};
  const usual = shape[key]?.safeParse(undefined).data;
  return Array.isArray(usual) ? { ...raw, [key]: usual } : raw;
}

/** Settings with one more, which counts after all others. */
function withSettingLast(
  settings: Readonly<Record<string, unknown>> | undefined,
  name: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const others = Object.entries(settings ?? {}).filter(([other]) => other !== name);
  return Object.fromEntries([...others, [name, value]]);
}

/** The value that a knob gives to a target: its own, or spread over the target's range. */
function turned(
  { min = 0, max = 1 }: Knob,
  range: readonly [number, number] | undefined,
  value: unknown,
): unknown {
  if (range === undefined || typeof value !== 'number') return value;
  const share = (value - min) / (max - min);
  return range[0] * (1 - share) + range[1] * share;
}

function turnKnob(source: PipelineSource, knob: Knob, value: unknown): PipelineSource {
  const { min, max, unit, to } = knob;
  const bounded = min !== undefined && max !== undefined;
  const inRange = typeof value === 'number' && value >= (min ?? value) && value <= (max ?? value);
  if ((min !== undefined || max !== undefined) && !inRange) {
    const allowed = bounded ? `${min} to ${max}` : min === undefined ? `at most ${max}` : `at least ${min}`;
    throw pipelineError(`${shown(value)} is out of range, allowed is ${allowed}${unit ? ` ${unit}` : ''}`);
  }
  return to.reduce(
    (changed, { path, range }) => applySetting(changed, path, turned(knob, range, value)),
    source,
  );
}

/**
 * A pipeline's JSON with one value replaced, at a path such as `limiter.ceiling`, `eq.bands[0].gain`, `vocal.warmth`
 * (a part's knob), `vocal.tone.gain` (a part's stage), `adaptive.amount` (a controller) or `warmth` (its own knob). Not
 * checked against the stages.
 * @throws AuralisError of kind `pipeline` when there is no such place, without its name
 */
export function applySetting(source: PipelineSource, name: string, value: unknown): PipelineSource {
  // What the other file holds is known when it is read.
  if (source.extends !== undefined) {
    return { ...source, set: withSettingLast(source.set, name, value) };
  }
  const [id, ...path] = pathOf(name);
  const knobs = source.parameters ?? {};
  if (path.length === 0 && Object.hasOwn(knobs, id)) return turnKnob(source, knobs[id], value);
  const ids = assignIds(source);
  const n = ids.indexOf(id);
  const controllerIds = assignControllerIds(source);
  if (path.length > 0 && controllerIds.includes(id)) {
    const controllers = (source.controllers ?? []).map((raw, at) => {
      const own = { ...raw, id: controllerIds[at] };
      return own.id === id ? (withValue(own, path, value) as typeof own) : own;
    });
    return { ...source, controllers };
  }
  const known = [...ids, ...controllerIds];
  if (n < 0 || path.length === 0) throw unknownSetting(id, path.length === 0, known, Object.keys(knobs));
  // Ids that were numbered by place are written down, so that they stand for the same entry when checked again.
  const stages = source.stages.map((raw, at) => ({ ...raw, id: ids[at] }) as Record<string, unknown>);
  const raw = stages[n];
  const deep = 'use' in raw && path.length > 1 && !(path[0] in useSchema.shape);
  stages[n] = deep
    ? { ...raw, set: withSettingLast(raw.set as Record<string, unknown>, name.slice(id.length + 1), value) }
    : (withValue(withUsualList(raw, path), path, value) as Record<string, unknown>);
  return { ...source, stages };
}

function unknownSetting(id: string, short: boolean, ids: readonly string[], knobs: readonly string[]): Error {
  if (short && ids.includes(id)) {
    return pipelineError(`expected id.parameter, such as ${id}.bypass`);
  }
  const known = short ? [...knobs, ...ids] : ids;
  const hint = didYouMean(id, known) || (known.length > 0 ? `, known are ${listed(known)}` : '');
  const what = short && knobs.length > 0 ? 'parameter or entry' : 'entry';
  return pipelineError(`no ${what} is called ${quoted(id)}${hint}`);
}
