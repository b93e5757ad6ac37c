import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePipeline, parsePipeline, withSettings } from '../../src/graph/pipeline.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';

const problemsOf = (value: unknown): string[] => {
  try {
    if (typeof value === 'string') parsePipeline(value, 'x.json');
    else definePipeline(value, 'x.json');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
};

describe('a broken file', () => {
  it('has all its problems told at once: shape, stage, parameter, reference, id, branch', () => {
    const stages = [
      { stage: 'gain', id: 'a', gain: 99 },
      7,
      { stage: 'gian' },
      { stage: 'gain', id: 'a', input: 'b', bypas: true },
      { stage: 'limiter', input: ['in'], key: 'in' },
    ];
    expect(problemsOf({ stages, nmae: 'x' })).toEqual([
      'x.json: stages[1]: expected object, found 7',
      'x.json: unknown "nmae", did you mean "name"?',
      'x.json: stages[3].id: "a" is taken by stages[0]',
      'x.json: stages[0].gain: 99 is out of range, allowed is -120 to 60 dB',
      'x.json: stages[2].stage: no stage is called "gian", did you mean "gain"?',
      'x.json: stages[3]: unknown "bypas", did you mean "bypass"?',
      'x.json: stages[3].input: no earlier entry is called "b", did you mean "a"?',
      'x.json: stages[4].key: the stage "limiter" has no sidechain',
    ]);
  });

  it('has 20 problems told and the other 1,978 counted, in less than a second of CPU', async () => {
    const stages = Array.from({ length: 999 }, (_, n) => ({ stage: 'gainn', id: `a${n}`, input: `zz${n}` }));
    let lines: readonly string[] = [];
    const seconds = await cpuSeconds(() => {
      lines = problemsOf({ stages });
    });
    expect(seconds).toBeLessThan(1);
    expect(lines).toHaveLength(21);
    expect(lines[20]).toBe('and 1,978 more');
  });

  it('is refused with 10,000 stages, with more than 1 MiB and with 5000 levels, in one line and within 2 s of CPU', async () => {
    const gains = Array.from({ length: 10_000 }, () => ({ stage: 'gain' }));
    const refused = [
      [{ stages: gains }, 'x.json: stages: 10000 is too many, allowed is at most 1000'],
      [`{"stages":[]${' '.repeat(1 << 20)}}`, 'x.json: the file has more than 1048576 characters'],
      [`{"stages":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'x.json: nested deeper than 64 levels'],
    ] as const;
    const seconds = await cpuSeconds(() => {
      for (const [file, words] of refused) expect(problemsOf(file)).toEqual([words]);
    });
    expect(seconds).toBeLessThan(2);
  });

  it('has names that are given twice told, with their path', () => {
    expect(
      problemsOf('{"name":"a","stages":[{"stage":"eq","bands":[{"freq":1,"freq":100}]}],"name":"b"}'),
    ).toEqual(['x.json: stages[0].bands[0]: "freq" is given twice', 'x.json: "name" is given twice']);
  });

  it('has long names shortened to 40 characters', () => {
    const long = 'k'.repeat(1_000_000);
    for (const stages of [
      [{ stage: 'gain', [long]: 1 }],
      [{ stage: long }],
      [{ stage: 'gain', input: long }],
    ]) {
      const [line] = problemsOf({ stages });
      expect(line).toContain('"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk..."');
      expect(line.length).toBeLessThan(500);
    }
  });

  it.each([
    [
      { stages: [{ stage: 'mix', input: ['in', { from: 'in', gian: -6 }] }] },
      'x.json: stages[0].input[1]: unknown "gian", did you mean "gain"?',
    ],
    [
      { stages: [{ stage: 'mix', input: ['in', { from: 'in', gain: -600 }] }] },
      'x.json: stages[0].input[1].gain: -600 is out of range, allowed is -120 to 60 dB',
    ],
    [{ stages: [{ stage: 'mix', input: 7 }] }, 'x.json: stages[0].input: expected string or array, found 7'],
    [
      '{"stages":[{"stage":"gain","gain":1e999}]}',
      'x.json: stages[0].gain: expected number, found Infinity, allowed is -120 to 60 dB',
    ],
    [
      '{"stages":[{"stage":"eq","bands":[{"__proto__":{}}]}]}',
      'x.json: stages[0].bands[0]: unknown "__proto__", known are type, freq, gain, q, bandwidth, slope, channels',
    ],
    [
      '{"stages":[{"stage":"gain"}],"outputs":{"main":"gain","__proto__":"in"}}',
      'x.json: outputs: unknown "__proto__"',
    ],
  ])('says in one line what is wrong: %j', (value, line) => {
    expect(problemsOf(value)).toEqual([line]);
  });
});

describe('any JSON', () => {
  const word = fc.constantFrom(
    'in',
    'a',
    'gain',
    'crossover',
    'a.low',
    'main',
    'a.gain',
    'stage',
    '__proto__',
    'x y',
  );
  const leaf = fc.oneof(word, fc.constant(null), fc.boolean(), fc.constantFrom(0, -6, 1e9));
  const keys =
    'stages stage use id input key mix bypass channels gain from set extends inputs outputs parameters to path range min max'.split(
      ' ',
    );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
    ),
  }));
  const entry = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 5 });
  const stage = fc
    .tuple(entry, fc.constantFrom('gain', 'crossover', 'compressor'))
    .map(([raw, name]) => ({ ...raw, stage: name }));
  const file = fc
    .tuple(entry, fc.array(fc.oneof(stage, stage, value), { maxLength: 4 }))
    .map(([raw, stages]) => ({ ...raw, stages }));

  it('gives a pipeline or an error of kind pipeline, in lines that say where', () => {
    fc.assert(
      fc.property(fc.oneof(file, value), (json) => {
        try {
          definePipeline(json, 'x.json');
        } catch (error) {
          expect(error).toMatchObject({ kind: 'pipeline' });
          for (const line of (error as Error).message.split('\n'))
            expect(line).toMatch(/^(x\.json: |and \d)/);
        }
      }),
      { numRuns: 1500, seed: 4 },
    );
  });
});

describe('a setting', () => {
  const definition = definePipeline({
    stages: [{ stage: 'eq', bands: [{ freq: 100 }] }, { stage: 'gain' }],
    parameters: {
      tilt: { min: 0, max: 10, to: ['eq.bands[0].gain', { path: 'gain.gain', range: [6, -6] }] },
      loud: 'gain.gain',
    },
  });
  const paramsAfter = (setting: string): unknown[] =>
    withSettings(definition, [setting]).entries.map(({ params }) => params);

  it.each([
    ['eq.bands[4294967295].gain=1', '"4294967295" is no place in the list, expected 0 to 0, or 1 to add one'],
    ['eq.bands.length=0', '"length" is no place in the list'],
    ['eq.__proto__=1', 'unknown "__proto__"'],
    ['gain.constructor=1', 'unknown "constructor"'],
    ['gain=3', 'expected id.parameter, such as gain.bypass'],
    ['lod=3', 'no parameter or entry is called "lod", did you mean "loud"?'],
    ['tilt=11', 'tilt: 11 is out of range, allowed is 0 to 10'],
    ['x', 'expected id.parameter=value'],
  ])('%s is refused: %s', (setting, words) => {
    expect(() => withSettings(definition, [setting])).toThrow(words);
  });

  it('turns a knob with two targets: 2.5 of 0..10 is 2.5 dB at one and 3 dB of 6..-6 at the other', () => {
    expect(paramsAfter('tilt=2.5')).toMatchObject([{ bands: [{ gain: 2.5 }] }, { gain: 3 }]);
    expect(paramsAfter('loud=-4')[1]).toEqual({ gain: -4 });
  });

  it('adds an item to the end of a list', () => {
    expect(paramsAfter('eq.bands[1]={"freq":200}')[0]).toMatchObject({
      bands: [{ freq: 100 }, { freq: 200 }],
    });
  });

  it('after a setting keeps what the one before has set', () => {
    const both = withSettings(definition, ['tilt=10', 'gain.gain=1', 'eq.bands[0].q=2']);
    expect(both.entries.map(({ params }) => params)).toMatchObject([
      { bands: [{ gain: 10, q: 2 }] },
      { gain: 1 },
    ]);
  });
});
