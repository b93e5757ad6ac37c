import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPipelineFile } from '../../../src/engine/pipelines/pipeline-files.ts';
import { pipelineView } from '../../../src/engine/pipelines/pipeline-view.ts';
import { ownMoves } from '../../../src/graph/automation.ts';
import { carryOver } from '../../../src/graph/carry-over.ts';
import type { PipelineDefinition } from '../../../src/graph/pipeline.ts';
import { withSettings } from '../../../src/graph/pipeline.ts';
import { cpuSeconds } from '../../support/cpu-seconds.ts';
import { runGraph } from '../../support/graph.ts';
import { maxAbsDifference, noise } from '../../support/signals.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'auralis-parts-')));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'show/parts'), { recursive: true });

const write = (name: string, value: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
};
const read = (name: string, value: unknown, allowOutside = false): Promise<PipelineDefinition> =>
  readPipelineFile(write(name, value), { allowOutside });
const INPUT = noise(2, 2000, 7, 0.2);
const render = (pipeline: object) => runGraph(pipeline, [INPUT]).main;

write('show/parts/vocal.json', {
  parameters: { warmth: { min: 0, max: 6, to: 'tone.bands[0].gain' }, late: 'hold.lookahead' },
  stages: [
    { stage: 'eq', id: 'tone', bands: [{ type: 'lowshelf', freq: 200, gain: 1 }] },
    { stage: 'compressor', id: 'hold', ratio: 1, lookahead: 4 },
  ],
});
write('show/parts/split.json', {
  stages: [{ stage: 'crossover', freqs: [500] }],
  outputs: { low: 'crossover.low', high: 'crossover.high' },
});
write('show/parts/duck.json', {
  inputs: ['music', 'voice'],
  stages: [{ stage: 'compressor', key: 'voice', threshold: -40, ratio: 20 }],
});

describe('use', () => {
  const vocal = { use: 'parts/vocal.json' };
  const inPlace = (gain: number, more: object = {}) => ({
    stages: [
      { stage: 'eq', bands: [{ type: 'lowshelf', freq: 200, gain }] },
      { stage: 'compressor', ratio: 1, lookahead: 4 },
    ].map((stage) => ({ ...stage, ...more })),
  });

  it('inserts another pipeline, its ids behind its own, and gives the same bits as its stages in place', async () => {
    const definition = await read('show/a.json', { stages: [vocal, { stage: 'limiter' }] });
    expect(definition.entries.map(({ id }) => id)).toEqual(['vocal.tone', 'vocal.hold', 'limiter']);
    const plain = { stages: [...inPlace(1).stages, { stage: 'limiter' }] };
    expect(maxAbsDifference(render(definition), render(plain))).toBe(0);
  });

  it('keeps what was moved inside, by a knob or by its path, when the file is read again', async () => {
    const file = { parameters: { low: 'vocal.warmth' }, stages: [vocal, { stage: 'limiter' }] };
    const before = await read('show/e.json', file);
    for (const setting of ['vocal.warmth=5', 'vocal.hold.ratio=3', 'low=4']) {
      const moved = withSettings(before, [setting]);
      const again = carryOver(before, await read('show/e.json', file), moved);
      expect(again.entries).toEqual(moved.entries);
      const now = await read('show/e.json', { ...file, stages: [vocal, { stage: 'limiter', ceiling: -3 }] });
      const edited = carryOver(before, now, moved).entries.map(({ params }) => params);
      expect(edited).toEqual([
        ...moved.entries.slice(0, 2).map(({ params }) => params),
        now.entries[2].params,
      ]);
    }
  });

  it('turns its knobs, and settings reach knobs and stages inside', async () => {
    const definition = await read('show/b.json', { stages: [{ ...vocal, warmth: 4 }] });
    expect(maxAbsDifference(render(definition), render(inPlace(4)))).toBe(0);
    const five = withSettings(definition, ['vocal.warmth=5']);
    expect(maxAbsDifference(render(five), render(inPlace(5)))).toBe(0);
    const deep = withSettings(five, ['vocal.tone.bands[0].gain=-3', 'vocal.tone.bypass=false']);
    expect(maxAbsDifference(render(deep), render(inPlace(-3)))).toBe(0);
  });

  it('takes sums with gains, and mixes and bypasses as one stage, its latency kept', async () => {
    const definition = await read('show/c.json', {
      stages: [{ ...vocal, input: ['in', { from: 'in', gain: -6 }], warmth: 0, mix: 0.25 }],
    });
    const sum = 1 + 10 ** (-6 / 20);
    const output = render(definition);
    expect(Math.max(...output[0].map((v, i) => Math.abs(v - sum * INPUT[0][i])))).toBeLessThan(1e-6);
    const bypassed = await read('show/d.json', { stages: [{ ...vocal, bypass: true }] });
    expect(maxAbsDifference(render(bypassed), INPUT)).toBe(0);
  });

  it('has the outputs of the part as ports, and its second input as key', async () => {
    const definition = await read('show/e.json', {
      stages: [
        { use: 'parts/split.json', id: 's' },
        { use: 'parts/duck.json', input: 's.low', key: 's.high' },
        { stage: 'mix', input: ['duck', 's.high'] },
      ],
    });
    expect(definition.entries.map(({ id }) => id)).toEqual(['s.crossover', 'duck.compressor', 'mix']);
    expect(definition.entries[1].key).toEqual({ from: 's.crossover', port: 'band2', gainDb: 0 });
  });

  it('finds shipped parts by name, and numbers what is used twice', async () => {
    const definition = await read('show/f.json', {
      stages: [
        { use: 'voice', evenness: 10 },
        { use: 'voice', presence: -2 },
      ],
    });
    expect(definition.entries.map(({ id }) => id)).toEqual([
      'voice.rumble', 'voice.tone', 'voice.level', 'voice2.rumble', 'voice2.tone', 'voice2.level',
    ]); // biome-ignore format: two rows
    expect(definition.entries[2].params).toMatchObject({ threshold: -40, makeup: 14 });
  });

  it.each([
    [
      { use: 'parts/vocl.json' },
      'stages[0].use: "parts/vocl.json": no such file or directory, did you mean "vocal.json"?',
    ],
    [{ use: 'vioce' }, 'no part "vioce": expected a path or one of '],
    [{ ...vocal, warmht: 3 }, 'stages[0]: unknown "warmht", did you mean "warmth"?'],
    [{ ...vocal, warmth: 7 }, 'stages[0].warmth: 7 is out of range, allowed is 0 to 6'],
    [
      { ...vocal, set: { 'tonne.q': 1 } },
      'stages[0].set.tonne.q: no entry is called "tonne", did you mean "tone"?',
    ],
    [{ ...vocal, late: 900 }, 'vocal.json: stages[1].lookahead: 900 is out of range'],
    [{ ...vocal, key: 'in' }, 'stages[0].key: the part has no second input'],
    [{ use: 'parts/duck.json' }, 'stages[0]: missing "key", which is the part\'s input "voice"'],
    [
      { use: 'parts/split.json' },
      'stages[0]: "split" has several outputs; name one of split.low, split.high',
    ],
    [{ ...vocal, stage: 'gain' }, 'stages[0]: has stage and use; give one of them'],
    [{ ...vocal, channels: [0] }, 'stages[0]: unknown "channels"'],
  ])('says what is wrong with %j', async (stage, words) => {
    await expect(read('show/wrong.json', { stages: [stage] })).rejects.toThrow(words);
  });
});

describe('extends', () => {
  it('is the other pipeline but for what it sets, and paths stay relative to the other one', async () => {
    write('show/base.json', {
      parameters: { top: 'limiter.ceiling' },
      stages: [{ use: 'parts/vocal.json' }, { stage: 'limiter' }],
    });
    mkdirSync(join(folder, 'show/more'), { recursive: true });
    const definition = await read(
      'show/more/loud.json',
      { extends: '../base.json', name: 'loud', set: { top: -3, 'vocal.warmth': 6 } },
      true,
    );
    expect(definition.name).toBe('loud');
    expect(definition.entries.map(({ params }) => params)).toMatchObject([
      { bands: [{ gain: 6 }] },
      {},
      { ceiling: -3 },
    ]);
    const louder = withSettings(definition, ['limiter.ceiling=-1', 'vocal.tone.bands[0].gain=2']);
    expect(louder.entries.map(({ params }) => params)).toMatchObject([
      { bands: [{ gain: 2 }] },
      {},
      { ceiling: -1 },
    ]);
    expect(() => withSettings(definition, ['limitr.ceiling=-1'])).toThrow('did you mean "limiter"?');
  });

  it('extends a shipped pipeline by its name', async () => {
    const { entries } = await read('show/g.json', { extends: 'mastering', set: { 'limiter.ceiling': -2 } });
    expect(entries.at(-1)?.params).toMatchObject({ ceiling: -2 });
  });

  it('has the knobs and the automation of the other one', async () => {
    const { parameters, automation } = await read('show/k.json', {
      parameters: { top: 'limiter.ceiling' },
      stages: [{ stage: 'limiter' }],
      automation: [{ at: 1, set: 'top', to: -6 }],
    });
    const heir = await read('show/l.json', { extends: 'k.json', set: { top: -3 } });
    expect([heir.parameters, heir.automation]).toEqual([parameters, automation]);
    expect(ownMoves(heir)).toHaveLength(1);
    expect(pipelineView(heir, 1).controls).toMatchObject([{ path: 'top', value: -3 }]);
    expect((await read('show/l.json', { extends: 'k.json', automation: [] })).automation).toEqual([]);
  });

  it('keeps what was moved when it is read again, but for what it or the other one now says otherwise', async () => {
    const base = (threshold: number) =>
      write('show/base2.json', {
        parameters: { top: 'limiter.ceiling' },
        stages: [{ stage: 'compressor', threshold }, { stage: 'limiter' }],
      });
    base(-20);
    const file = { extends: 'base2.json', set: { 'compressor.ratio': 3 } };
    const before = await read('show/o.json', file);
    const moved = withSettings(before, ['top=-4', 'compressor.ratio=5', 'compressor.threshold=-30']);
    const reread = async (now: object) =>
      carryOver(before, await read('show/o.json', now), moved).entries.map(({ params }) => params);
    expect(await reread(file)).toEqual(moved.entries.map(({ params }) => params));
    expect(await reread({ ...file, set: { 'compressor.ratio': 2 } })).toMatchObject([
      { ratio: 2, threshold: -30 },
      { ceiling: -4 },
    ]);
    expect(await reread({ ...file, set: { ...file.set, top: -2 } })).toMatchObject([
      { ratio: 5, threshold: -30 },
      { ceiling: -2 },
    ]);
    base(-25);
    expect(await reread(file)).toMatchObject([{ ratio: 5, threshold: -25 }, { ceiling: -4 }]);
  });

  it('does not go with stages, and set does not go without it', async () => {
    await expect(read('show/h.json', { extends: 'mastering', stages: [{ stage: 'gain' }] })).rejects.toThrow(
      'stages: has extends and stages; give one of them',
    );
    await expect(read('show/i.json', { stages: [], set: {} })).rejects.toThrow('set: needs extends');
  });
});

describe('files that name files', () => {
  it('are refused in a circle, and deeper than 8', async () => {
    write('show/x.json', { stages: [{ use: 'y.json' }] });
    await expect(read('show/y.json', { stages: [{ use: 'x.json' }] })).rejects.toThrow('a circle');
    for (let n = 0; n < 9; n++) write(`show/n${n}.json`, { stages: [{ use: `n${n + 1}.json` }] });
    await expect(
      read('show/n9.json', { stages: [] }).then(() => readPipelineFile(join(folder, 'show/n0.json'))),
    ).rejects.toThrow('files name files more than 8 deep');
  });

  it('may come to 1000 stages, and to no more', async () => {
    const gains = (count: number) => ({ stages: Array.from({ length: count }, () => ({ stage: 'gain' })) });
    expect((await read('show/p.json', gains(1000))).entries).toHaveLength(1000);
    await expect(read('show/p.json', gains(1001))).rejects.toThrow('1001 is too many');
    write('show/q.json', gains(990));
    const with990 = (count: number) => ({ stages: [{ use: 'q.json' }, ...gains(count).stages] });
    expect((await read('show/p.json', with990(9))).entries).toHaveLength(999);
    await expect(read('show/p.json', with990(10))).rejects.toThrow('more than 1000 stages with those');
  });

  it('are refused when they multiply to more than 1000 stages, within a second of CPU', async () => {
    const twenty = (use: string): object => ({ stages: Array.from({ length: 20 }, () => ({ use })) });
    write('show/m0.json', { stages: Array.from({ length: 20 }, () => ({ stage: 'gain' })) });
    for (let n = 1; n < 7; n++) write(`show/m${n}.json`, twenty(`m${n - 1}.json`));
    const seconds = await cpuSeconds(() =>
      expect(readPipelineFile(join(folder, 'show/m6.json'))).rejects.toThrow(
        'more than 1000 stages with those of the parts',
      ),
    );
    expect(seconds).toBeLessThan(1);
  });

  it('stay beneath the folder of the file that names them, links resolved, unless they may not', async () => {
    write('secret.json', { stages: [] });
    symlinkSync(join(folder, 'secret.json'), join(folder, 'show/link.json'));
    for (const use of ['../secret.json', 'link.json', join(folder, 'secret.json')]) {
      const stages = [{ use }, { stage: 'gain' }];
      await expect(read('show/o.json', { stages })).rejects.toThrow('add --allow-outside to read it');
      expect((await read('show/o.json', { stages }, true)).entries).toHaveLength(1);
    }
  });

  it('are named in messages, with who uses them', async () => {
    write('show/parts/broken.json', { stages: [{ stage: 'gain', gain: 99 }] });
    await expect(read('show/p.json', { stages: [{ use: 'parts/broken.json' }] })).rejects.toThrow(
      /broken\.json: stages\[0\]\.gain: 99 is out of range, .* \(used by .*p\.json: stages\[0\]\.use\)$/,
    );
    writeFileSync(join(folder, 'show/parts/text.json'), 'hello');
    await expect(read('show/p.json', { stages: [{ use: 'parts/text.json' }] })).rejects.toThrow(
      'not JSON at line 1',
    );
  });
});
