import type * as z from 'zod';
import { withLeaf } from '../../src/graph/move.ts';
import type { AnyStage } from '../../src/stages/define-stage.ts';
import { liveParameters } from '../../src/stages/live-parameters.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';

/** Another value for a parameter: half way to the farther end of its range, the next word, the other truth. */
export function otherValue(schema: z.ZodType, value: unknown): unknown {
  const def = schema.def as { innerType?: z.ZodType; entries?: Record<string, string>; element?: z.ZodType };
  if (def.innerType) return otherValue(def.innerType, value);
  if (typeof value === 'boolean') return !value;
  if (def.entries) return Object.values(def.entries).find((word) => word !== value);
  if (Array.isArray(value)) return value.map((one) => otherValue(def.element!, one));
  if (typeof value === 'number') {
    const { minValue: min, maxValue: max } = schema as unknown as { minValue?: number; maxValue?: number };
    if (min === undefined || max === undefined) return value === 0 ? -6 : value / 2;
    const goal = (max - value > value - min ? value + max : value + min) / 2;
    return Number.isInteger(value) && Number.isInteger(min) && def.element === undefined
      ? Math.round(goal)
      : goal;
  }
  if (typeof value === 'object' && value !== null) {
    // A band: its gain and its place move at once.
    const band = value as Record<string, unknown>;
    return {
      ...band,
      ...('gain' in band && { gain: 9 }),
      ...('freq' in band && { freq: Number(band.freq) * 1.5 }),
    };
  }
  return undefined;
}

/** The entries of a pipeline with one stage; one with several outputs is summed again. */
export function entriesOf(stage: AnyStage, settings = stage.exercise, id = 'x'): object[] {
  const entry = { ...(settings as object), stage: stage.name, id };
  const ports = stage.outputs(stageParams(stage, settings as never));
  return ports.length === 1
    ? [entry]
    : [entry, { stage: 'mix', id: `${id}Sum`, input: ports.map((port) => `${id}.${port}`) }];
}

/** Every parameter of a stage with its value at these settings and another one. */
export function changesOf(
  stage: AnyStage,
  settings = stage.exercise,
): [name: string, from: unknown, to: unknown][] {
  const params = stageParams(stage, settings as never) as Record<string, unknown>;
  return Object.entries(stage.params.shape as Record<string, z.ZodType>)
    .map(([name, schema]): [string, unknown, unknown] => [
      name,
      params[name],
      otherValue(schema, params[name]),
    ])
    .filter(([, from, to]) => to !== undefined && JSON.stringify(from) !== JSON.stringify(to))
    .filter(([name, , to]) => stage.params.safeParse({ ...params, [name]: to }).success);
}

/** `bands[0].freq` as keys. */
const pathOf = (name: string): string[] => name.replace(/\[(\d+)\]/g, '.$1').split('.');

/** Every live parameter of the items of a stage's lists, one by one, with its value and another one. */
export function itemChangesOf(stage: AnyStage): [name: string, from: unknown, to: unknown][] {
  return liveParameters(stage, stageParams(stage, stage.exercise as never))
    .filter(({ name }) => name.includes('].'))
    .map(({ name, kind, value, min, max, choices }): [string, unknown, unknown] => {
      if (kind === 'flag') return [name, value, !value];
      if (kind === 'choice') return [name, value, choices.find((one) => one !== value)];
      const [low, high, now] = [min!, max!, Number(value)];
      return [name, value, ((high - now > now - low ? high : low) + now) / 2];
    })
    .filter(([name, , to]) => stage.params.safeParse(withLeaf(stage.exercise, pathOf(name), to)).success);
}
