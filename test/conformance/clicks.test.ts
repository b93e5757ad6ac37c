import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, type LivePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import type { AnyStage } from '../../src/stages/define-stage.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';
import { conformingStages } from '../support/conforming-stages.ts';
import { drain, feed, join } from '../support/render.ts';
import { difference, type Signal, sine, slice } from '../support/signals.ts';

/** Stages whose own distortion of a tone, and not a click, stands above 4 kHz. */
const DISTORTING: readonly string[] = ['clipper', 'saturator'];

const FORMAT = audioFormat(48000, 2);
const CHANGE_AT = 24_000;
const FRAMES = 110_000;
const tone = sine(FORMAT, FRAMES, 1000, 10 ** (-12 / 20));

/** Another value for a parameter: half way to the farther end of its range, the next word, the other truth. */
function otherValue(schema: z.ZodType, value: unknown): unknown {
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

/** What is left above 4 kHz by an eighth-order Butterworth high-pass: its peak in dBFS. */
function residueDb(signal: Signal): number {
  const sections = [0.5098, 0.6013, 0.9, 2.5629].map((q) => ({ type: 'highpass', freq: 4000, q }));
  const filter = live([{ stage: 'eq', bands: sections }]);
  const [left] = feed(filter.run, signal);
  return 20 * Math.log10(left.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-10));
}

const live = (entries: object[]): LivePipeline =>
  onKernelMemory('wasm', (memory) =>
    preparePipeline(definePipeline({ stages: entries }), { format: FORMAT, maxFrames: 1024, memory }),
  );

function run(entries: object[], change?: (pipeline: LivePipeline) => void): Signal {
  const pipeline = live(entries);
  const before = feed(pipeline.run, slice(tone, 0, CHANGE_AT));
  change?.(pipeline);
  return [before, feed(pipeline.run, slice(tone, CHANGE_AT)), drain(pipeline.run)].reduce(join);
}

/** The entries of a pipeline with one stage; one with several outputs is summed again. */
function entriesOf(stage: AnyStage): object[] {
  const entry = { ...(stage.exercise as object), stage: stage.name, id: 'x' };
  const ports = stage.outputs(stageParams(stage, stage.exercise as never));
  return ports.length === 1 ? [entry] : [entry, { stage: 'mix', input: ports.map((port) => `x.${port}`) }];
}

/** Every parameter of a stage with its value at the exercise settings and another one. */
function changesOf(stage: AnyStage): [name: string, from: unknown, to: unknown][] {
  const params = stageParams(stage, stage.exercise as never) as Record<string, unknown>;
  return Object.entries(stage.params.shape as Record<string, z.ZodType>)
    .map(([name, schema]): [string, unknown, unknown] => [
      name,
      params[name],
      otherValue(schema, params[name]),
    ])
    .filter(([, from, to]) => to !== undefined && JSON.stringify(from) !== JSON.stringify(to))
    .filter(([name, , to]) => stage.params.safeParse({ ...params, [name]: to }).success);
}

const tested = conformingStages.filter(
  ([, { transparent, changesRate, name }]) => !transparent && !changesRate && !DISTORTING.includes(name),
);

describe.each(tested)('%s', (_name, stage) => {
  const entries = entriesOf(stage);
  const whole: [string, unknown, unknown][] =
    entries.length > 1
      ? []
      : [
          ['mix', 1, 0.4],
          ['bypass', false, true],
        ];

  it.each([...changesOf(stage), ...whole])(
    'leaves at most -60 dBFS above 4 kHz of a -12 dBFS tone when %s goes from %j to %j',
    (parameter, _from, to) => {
      const undisturbed = run(entries);
      const changed = run(entries, (pipeline) => pipeline.set(`x.${parameter}`, to));
      expect(changed[0].length).toBe(FRAMES);
      // The first and the last tenth of a second hold the start and the end of the tone itself.
      const disturbed = difference(changed, undisturbed);
      expect(residueDb(slice(disturbed, 4800, FRAMES - 4800))).toBeLessThan(-60);
    },
  );
});
