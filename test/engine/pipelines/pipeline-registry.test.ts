import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReference } from '../../../src/engine/pipelines/mastering-files.ts';
import { definePipeline, readPipelineFile } from '../../../src/engine/pipelines/pipeline-files.ts';
import { shippedJsonSchema } from '../../../src/engine/pipelines/pipeline-registry.ts';
import { shippedGenres, shippedPresets } from '../../../src/engine/pipelines/shipped-targets.ts';
import { withSettings } from '../../../src/graph/pipeline.ts';
import { onePassPipeline } from '../../../src/mastering/one-pass.ts';
import { curveOfLevels, tonalCurve } from '../../../src/mastering/tonal-curve.ts';
import { aimFor } from '../../support/mastering.ts';

const folder = mkdtempSync(join(tmpdir(), 'registry-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BARK = Array.from({ length: 25 }, (_, n) => -n);
const PROFILE = {
  kind: 'auralis-stream reference profile',
  schema: 1,
  recordings: 1,
  loudness: -12,
  range: 6,
  crest: 11,
  width: 0.1,
  programme: BARK,
  mid: null,
  side: null,
};
const write = (name: string, value: object): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
};
const targetOf = (target: unknown) =>
  definePipeline({ stages: [{ stage: 'psychoacoustic-eq', target }] }).entries[0].params.target;

describe('a target of the psychoacoustic EQ', () => {
  it('is the curve of a genre or a preset by name, 25 numbers', () => {
    expect(targetOf('pop')).toEqual(tonalCurve(shippedGenres.get('pop').curve));
    expect(targetOf('warm')).toEqual(tonalCurve(shippedPresets.get('warm').curve));
  });

  it('is that of a profile beside the pipeline, read from the folder that the pipeline lies in', async () => {
    write('ref.profile.json', PROFILE);
    const file = write('p.json', { stages: [{ stage: 'psychoacoustic-eq', target: 'ref.profile.json' }] });
    const [{ params }] = (await readPipelineFile(file)).entries;
    expect(params.target).toEqual(curveOfLevels(BARK));
  });

  it.each([
    ['popp', 'stages[0].target: no curve "popp": expected a file or one of ambient, classical'],
    ['popp', 'did you mean "pop"?'],
    ['../x.json', 'stages[0].target: "../x.json": '],
    ['package.json', 'stages[0].target: package.json: '],
  ])('%s is refused: %s', (target, message) => {
    expect(() => targetOf(target)).toThrow(message);
  });
});

describe('the controller adaptive', () => {
  it('sets what the file leaves open from the start: -23 LUFS under -1 dBTP for broadcast', async () => {
    const file = await readPipelineFile('adaptive');
    const { entries, controllers } = withSettings(file, ['adaptive.preset=broadcast', 'adaptive.amount=50']);
    const paramsOf = (id: string) => entries.find((entry) => entry.id === id)!.params;
    expect(paramsOf('level')).toMatchObject({ target: -23, ceiling: -1 });
    expect(paramsOf('balance')).toMatchObject({
      target: tonalCurve(shippedPresets.get('broadcast').curve),
      amount: 50,
    });
    expect(controllers[0].params).toMatchObject({ amount: 50, preset: { name: 'broadcast' } });
  });

  it('is set up by the shipped pipeline as `master` sets it up', async () => {
    const shipped = await readPipelineFile('adaptive');
    const own = definePipeline(onePassPipeline(await aimFor(), 3000));
    expect(shipped.entries.map(({ params }) => params)).toEqual(own.entries.map(({ params }) => params));
    expect(shipped.controllers[0].params.preset).toEqual(own.controllers[0].params.preset);
  });

  it('takes a profile as its reference, and half of it in the mode hybrid', async () => {
    const path = write('hit.profile.json', PROFILE);
    const reference = await readReference(path, 'auto');
    const file = await readPipelineFile('adaptive');
    const { controllers, ...rest } = file.source;
    const set = { ...controllers![0], reference, mode: 'hybrid' };
    const { entries } = definePipeline({ ...rest, controllers: [set] });
    expect(entries.find(({ id }) => id === 'level')!.params.target).toBe(-13);
  });

  it.each([
    [{ mode: 'hybrid' }, 'controllers[0].mode: needs a reference'],
    [{ preset: 'wram' }, 'did you mean "warm"?'],
    [
      { reference: 'hit' },
      'controllers[0].reference: "hit" is no file, expected one such as ref.profile.json',
    ],
  ])('%j is refused: %s', async (given, message) => {
    const { controllers, ...rest } = (await readPipelineFile('adaptive')).source;
    expect(() => definePipeline({ ...rest, controllers: [{ ...controllers![0], ...given }] })).toThrow(
      message,
    );
  });
});

it('lets an editor complete controllers, their roles and the names of targets', () => {
  const { properties } = shippedJsonSchema() as {
    properties: Record<string, { items: { oneOf: object[] } }>;
  };
  const [adaptive] = properties.controllers.items.oneOf;
  expect(adaptive).toMatchObject({
    title: 'adaptive',
    properties: {
      drives: { properties: { eq: {}, compressor: {}, stereo: {}, normalize: {} } },
      hears: { required: ['loudness', 'spectrum'] },
      preset: { anyOf: [{ type: 'string', examples: shippedPresets.names }, { type: 'object' }] },
    },
  });
  const eq = properties.stages.items.oneOf.find((one) => 'title' in one && one.title === 'psychoacoustic-eq');
  expect(JSON.stringify(eq)).toContain('"pop"');
});
