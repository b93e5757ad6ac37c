import { describe, expect, it } from 'vitest';
import { needsRestart } from '../../src/stages/change-params.ts';
import { type LiveParameter, liveParameters } from '../../src/stages/live-parameters.ts';
import { stages } from '../../src/stages/registry.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';

const stage = (name: string) => stages.find((one) => one.name === name)!;
const of = (name: string, given: object): LiveParameter[] =>
  liveParameters(stage(name), stageParams(stage(name), given));

/** A copy of parameters with the value at a path replaced. */
function withValue(target: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(target) ? [...target] : { ...(target as object) }) as Record<string, unknown>;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

describe('the live parameters', () => {
  it.each(stages.map((one) => one.name))('of %s each glide, and lie within their range', (name) => {
    const definition = stage(name);
    const params = stageParams(definition, definition.exercise) as object;
    for (const one of liveParameters(definition, params)) {
      if (one.kind === 'number') {
        expect(one.value).toBeGreaterThanOrEqual(one.min!);
        expect(one.value).toBeLessThanOrEqual(one.max!);
      }
      const other = { number: one.min, flag: !one.value, choice: one.choices.at(-1) }[one.kind];
      const path = one.name.replace(/\[(\d+)\]/g, '.$1').split('.');
      const changed = withValue(params, path, other) as object;
      expect(needsRestart(definition, params, changed), one.name).toBe(false);
      expect(one.meaning, one.name).toMatch(/\w/);
    }
  });

  it('stand one by one in a list, with the unit of the list where an item has none', () => {
    const eq = of('eq', { bands: [{ freq: 120, gain: 2 }, { type: 'highshelf' }] });
    expect(eq.map(({ name }) => name)).toEqual([
      ...['bands[0].type', 'bands[0].freq', 'bands[0].gain', 'bands[0].channels'],
      ...['bands[1].type', 'bands[1].freq', 'bands[1].gain', 'bands[1].channels', 'design'],
    ]);
    expect(eq[1]).toMatchObject({ kind: 'number', value: 120, unit: 'Hz', min: 1, max: 96000 });
    expect(eq[0]).toMatchObject({ kind: 'choice', value: 'peaking' });
    expect(eq[0].choices).toContain('lowshelf');
    const [low, high] = of('crossover', { freqs: [100, 3000] });
    expect([low.name, high.name, high.unit, high.value]).toEqual(['freqs[0]', 'freqs[1]', 'Hz', 3000]);
  });

  it('leave out what needs a new start and what has no value', () => {
    const names = of('limiter', {}).map(({ name }) => name);
    expect(names).toEqual(['ceiling', 'release']);
    const compressor = of('compressor', {}).map(({ name }) => name);
    expect(compressor).toContain('makeup');
    expect(compressor).not.toContain('range');
    expect(of('compressor', { makeup: 'auto' }).map(({ name }) => name)).not.toContain('makeup');
  });
});
