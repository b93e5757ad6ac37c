import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, PreparedPipeline, parsePipeline, withSettings } from '../../src/graph/pipeline.ts';
import { drain, feed, join } from '../support/render.ts';
import {
  difference,
  impulse,
  maxAbsDifference,
  noise,
  programme,
  rmsDb,
  type Signal,
} from '../support/signals.ts';

const FORMAT = audioFormat(48000, 2);

function prepared(stages: object[], blockFrames = 512): PreparedPipeline {
  const definition = definePipeline({ stages });
  return onKernelMemory(
    'wasm',
    (memory) => new PreparedPipeline(definition, { format: FORMAT, maxFrames: blockFrames, memory }),
  );
}

function through(stages: object[], input: Signal): Signal {
  const { run } = prepared(stages);
  return join(feed(run, input), drain(run));
}

/** The message of the error that a pipeline raises. */
function problemsOf(value: unknown): string[] {
  try {
    definePipeline(value, 'x.json');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

const LIMITER = { stage: 'limiter', mode: 'samplePeak', ceiling: 0, lookahead: 7 };

describe('wiring', () => {
  const input = noise(2, 3000, 1, 0.2);

  it('passes everything bit for bit when there is no stage', () => {
    expect(maxAbsDifference(through([], input), input)).toBe(0);
  });

  it('sums branches aligned to the sample: a delayed and an undelayed copy give twice the input to the bit', () => {
    const output = through(
      [
        { ...LIMITER, id: 'late', input: 'in' },
        { stage: 'gain', id: 'now', input: 'in' },
        { stage: 'mix', input: ['late', 'now'] },
      ],
      input,
    );
    expect(
      maxAbsDifference(
        output,
        input.map((channel) => channel.map((v) => 2 * v)),
      ),
    ).toBe(0);
  });

  it('weighs its inputs: one whole and two halves sum to twice the input within -120 dB', () => {
    const output = through(
      [
        { ...LIMITER, id: 'late', input: 'in' },
        {
          stage: 'mix',
          input: ['late', { from: 'in', gain: -6.020599913279624 }, { from: 'in', gain: -6.020599913279624 }],
        },
      ],
      input,
    );
    const twice = input.map((channel) => channel.map((v) => 2 * v));
    expect(rmsDb(difference(output, twice)) - rmsDb(input)).toBeLessThan(-120);
  });

  it('keeps the input where several entries read it', () => {
    const output = through(
      [
        { stage: 'gain', gain: -120, id: 'a' },
        { stage: 'gain', gain: -120, id: 'b', input: 'in' },
        { stage: 'mix', input: ['a', 'b', 'in'] },
      ],
      input,
    );
    expect(rmsDb(difference(output, input)) - rmsDb(input)).toBeLessThan(-110);
  });

  it('matches the latency of the dry path: mix 0.5 of a stage that only delays nulls to the bit', () => {
    expect(maxAbsDifference(through([{ ...LIMITER, mix: 0.5 }], input), input)).toBe(0);
  });

  it('lets a bypassed meter measure nothing', () => {
    const graph = prepared([{ stage: 'loudness', bypass: true }, { stage: 'gain' }]);
    feed(graph.run, noise(2, 48_000));
    expect([graph.takeReadings(), graph.meters().loudness.integrated]).toEqual([
      [],
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it('bypasses to the bit with the latency kept', () => {
    const stages = [{ stage: 'limiter', mode: 'samplePeak', ceiling: -40, lookahead: 7, bypass: true }];
    expect(maxAbsDifference(through(stages, input), input)).toBe(0);
    expect(prepared(stages).latency).toBe(336);
  });

  it('hears the key: a loud key turns a quiet input down by more than 10 dB, aligned with a later one', () => {
    const loud = noise(2, 9600, 2, 0.9);
    const keyed = (threshold: number): Signal =>
      through(
        [
          { ...LIMITER, id: 'late', input: 'in' },
          { stage: 'gain', id: 'quiet', gain: -40, input: 'in' },
          {
            stage: 'compressor',
            threshold,
            ratio: 20,
            attack: 0,
            release: 1000,
            key: 'late',
            input: 'quiet',
          },
        ],
        loud,
      );
    expect(rmsDb(keyed(-30)) - rmsDb(keyed(0))).toBeLessThan(-10);
  });

  it('adds the latencies along the longest path and reports 240 + 336 frames', () => {
    const { latency } = prepared([{ stage: 'compressor', lookahead: 5 }, { ...LIMITER }]);
    expect(latency).toBe(576);
  });

  it('shows a meter the programme alone: before and behind 12 ms of latency it counts the same 3000 frames', () => {
    const pipeline = prepared([
      { stage: 'analyzer', id: 'before', interval: 10 },
      { ...LIMITER },
      { stage: 'compressor', ratio: 1, lookahead: 5 },
      { stage: 'analyzer', id: 'behind', interval: 10 },
    ]);
    feed(pipeline.run, input);
    drain(pipeline.run);
    const { before, behind } = pipeline.meters();
    expect(before.frame).toBe(3000);
    expect(behind).toEqual(before);
  });

  it('continues from a snapshot as if undisturbed', () => {
    const stages = [
      { stage: 'compressor', id: 'a', threshold: -30, ratio: 4, lookahead: 3, mix: 0.5 },
      { stage: 'limiter', ceiling: -6, input: ['a', 'in'] },
    ];
    const signal = programme(2, 4096, 3);
    const whole = through(stages, signal);
    const first = prepared(stages);
    const head = feed(
      first.run,
      signal.map((channel) => channel.slice(0, 1777)),
    );
    const second = prepared(stages);
    second.restore(structuredClone(first.snapshot()));
    const tail = join(
      feed(
        second.run,
        signal.map((channel) => channel.slice(1777)),
      ),
      drain(second.run),
    );
    expect(maxAbsDifference(join(head, tail), whole)).toBe(0);
  });

  it('aligns a key with a later input to the frame: a click in both is ducked where it stands', () => {
    const click = impulse(2, 3000, 1500, 0.5);
    const output = through(
      [
        { stage: 'gain', id: 'key', input: 'in' },
        { ...LIMITER, id: 'late', input: 'in' },
        {
          stage: 'compressor',
          threshold: -60,
          ratio: 100,
          knee: 0,
          attack: 0,
          release: 0,
          key: 'key',
          input: 'late',
        },
      ],
      click,
    );
    // 0.5 is 54 dB over the threshold: with the key early or late by a frame more than its hold it would pass whole.
    expect(Math.abs(output[0][1500])).toBeLessThan(0.002);
    const other = through(
      [
        { ...LIMITER, id: 'late', input: 'in' },
        {
          stage: 'compressor',
          threshold: -60,
          ratio: 100,
          knee: 0,
          attack: 0,
          release: 0,
          key: 'late',
          input: 'in',
        },
      ],
      click,
    );
    expect(Math.abs(other[0][1500])).toBeLessThan(0.002);
  });

  it('leaves a wire alone that a key reads too', () => {
    const stages = (copies: object[]) => [
      { stage: 'gain', id: 'source', gain: 0 },
      ...copies,
      { stage: 'gain', id: 'loud', gain: 20, input: 'source' },
      { stage: 'compressor', threshold: -30, ratio: 4, key: 'source', input: 'loud' },
    ];
    const separate = [
      { stage: 'gain', id: 'source', gain: 0 },
      { stage: 'gain', id: 'other', gain: 0, input: 'in' },
      { stage: 'gain', id: 'loud', gain: 20, input: 'other' },
      { stage: 'compressor', threshold: -30, ratio: 4, key: 'source', input: 'loud' },
    ];
    expect(maxAbsDifference(through(stages([]), input), through(separate, input))).toBe(0);
  });

  it('bypasses NaN, infinities and -0 to the bit in a pipeline that is all bypassed', () => {
    const odd = noise(2, 3000, 5);
    odd[0].set([Number.NaN, Number.POSITIVE_INFINITY, -0, 3e38], 100);
    const stages = [
      { stage: 'eq', bands: [{ freq: 100, gain: 6 }], bypass: true },
      { stage: 'gain', gain: 3, bypass: true },
    ];
    expect(maxAbsDifference(through(stages, odd), odd)).toBe(0);
  });

  it('refuses a snapshot from other settings of a restart parameter', () => {
    const [a, b] = [0.9, 0.5].map((link) => prepared([{ stage: 'compressor', link }]));
    expect(() => a.restore(b.snapshot())).toThrow('is set up in another way');
  });
});

describe('what is wrong with a pipeline', () => {
  it.each([
    [
      { stages: [{ stage: 'limitr' }] },
      ['x.json: stages[0].stage: no stage is called "limitr", did you mean "limiter"?'],
    ],
    [
      { stages: [{ stage: 'limiter', ceiling: 3 }] },
      ['x.json: stages[0].ceiling: 3 is out of range, allowed is -40 to 0 dBTP'],
    ],
    [
      { stages: [{ stage: 'limiter', ceilng: -3 }] },
      ['x.json: stages[0]: unknown "ceilng", did you mean "ceiling"?'],
    ],
    [
      { stages: [{ stage: 'limiter', ceiling: 'loud' }] },
      ['x.json: stages[0].ceiling: expected number, found "loud", allowed is -40 to 0 dBTP'],
    ],
    [
      { stages: [{ stage: 'eq', bands: [{ type: 'lowshelff' }] }] },
      [
        'x.json: stages[0].bands[0].type: "lowshelff" is not one of "peaking", "lowshelf", "highshelf", "highpass", "lowpass", "bandpass", "notch", "allpass", did you mean "lowshelf"?',
      ],
    ],
    [
      { stages: [{ stage: 'gain', input: 'voice' }] },
      ['x.json: stages[0].input: no earlier entry is called "voice", earlier are in'],
    ],
    [
      { stages: [{ stage: 'gain', input: 'gain' }] },
      ['x.json: stages[0].input: no earlier entry is called "gain", earlier are in'],
    ],
    [
      {
        stages: [
          { stage: 'gain', id: 'a' },
          { stage: 'gain', id: 'a' },
        ],
      },
      ['x.json: stages[1].id: "a" is taken by stages[0]'],
    ],
    [
      { stages: [{ stage: 'gain', key: 'in' }] },
      ['x.json: stages[0].key: the stage "gain" has no sidechain'],
    ],
    [
      {
        stages: [
          { stage: 'gain', id: 'a' },
          { stage: 'gain', input: 'a.high' },
        ],
      },
      ['x.json: stages[1].input: "a" has no output "high", known are a.main'],
    ],
    [
      {
        stages: [
          { stage: 'gain', id: 'a' },
          { stage: 'gain', input: 'in' },
        ],
      },
      ['x.json: stages[0]: nothing takes the output of "a"'],
    ],
    [
      { stage: [] },
      ['x.json: stages: missing, expected array', 'x.json: unknown "stage", did you mean "stages"?'],
    ],
    [{ stages: [{}] }, ['x.json: stages[0].stage: missing, expected string']],
  ])('is said in one line each: %j', (value, lines) => {
    expect(problemsOf(value)).toEqual(lines);
  });

  it('is all said at once', () => {
    const stages = [
      { stage: 'gain', gain: 99 },
      { stage: 'limiter', ceiling: 1, release: 0 },
    ];
    expect(problemsOf({ stages })).toHaveLength(3);
  });

  it('refuses nesting beyond 64 levels and takes a byte order mark', () => {
    const deep = `{"stages":[{"stage":"gain","gain":${'['.repeat(5000)}${']'.repeat(5000)}}]}`;
    expect(() => parsePipeline(deep, 'p.json')).toThrow('p.json: nested deeper than 64 levels');
    expect(parsePipeline('\ufeff{"stages":[],"description":"[[["}', 'p.json').entries).toEqual([]);
  });

  it('names line and column of broken JSON', () => {
    expect(() => parsePipeline('{\n  "stages": [,]\n}', 'p.json')).toThrow(
      'p.json: not JSON at line 2, column 14: value expected',
    );
    expect(() => parsePipeline('  ', 'p.json')).toThrow('p.json: the file is empty');
  });
});

describe('settings', () => {
  const definition = definePipeline({
    stages: [
      { stage: 'eq', bands: [{ freq: 100, gain: 1 }] },
      { stage: 'compressor' },
      { stage: 'compressor' },
    ],
  });
  const paramsOf = (setting: string, entry: number): unknown =>
    withSettings(definition, [setting]).entries[entry].params;

  it('reach any parameter: numbers, words, list items, numbered ids', () => {
    expect(paramsOf('compressor.ratio=3.5', 1)).toMatchObject({ ratio: 3.5 });
    expect(paramsOf('compressor2.makeup=auto', 2)).toMatchObject({ makeup: 'auto' });
    expect(paramsOf('eq.bands[0].gain=-4', 0)).toMatchObject({ bands: [{ freq: 100, gain: -4 }] });
    expect(withSettings(definition, ['compressor.mix=0.3']).entries[1].mix).toBe(0.3);
  });

  it('are checked like the file', () => {
    expect(() => withSettings(definition, ['compressor.ratio=0'])).toThrow('allowed is 1 to 100');
    expect(() => withSettings(definition, ['compresor.ratio=2'])).toThrow('did you mean "compressor"?');
    expect(() => withSettings(definition, ['compressor'])).toThrow('expected id.parameter=value');
  });
});
