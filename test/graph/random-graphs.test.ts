import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { runGraph } from '../support/graph.ts';
import { difference, maxAbsDifference, noise, programme, rmsDb, type Signal } from '../support/signals.ts';

const FORMAT = audioFormat(8000, 2);
const FRAMES = 1500;
const INPUT = programme(2, FRAMES, 11, 0.4);

/** A signal in double precision. */
type Exact = Float64Array<ArrayBufferLike>[];

/** A stage whose exact answer is known: what it does to a signal in double precision, apart from its latency. */
interface Known {
  readonly settings: object;
  /** Names of its outputs that may be taken; '' is the only one. */
  readonly ports: readonly string[];
  readonly answer: (x: Exact, port: string) => Exact;
}

const scaled = (x: Exact, factor: number): Exact =>
  x.map((channel) => channel.map((value) => value * factor));

const delayed = (x: Exact, frames: number): Exact =>
  x.map((channel) => channel.map((_, i) => (i < frames ? 0 : channel[i - frames])));

const gain = fc.integer({ min: -30, max: 3 }).map(
  (db): Known => ({
    settings: { stage: 'gain', gain: db },
    ports: [''],
    answer: (x) => scaled(x, 10 ** (db / 20)),
  }),
);

const delay = fc.integer({ min: 0, max: 300 }).map(
  (frames): Known => ({
    settings: { stage: 'delay', frames },
    ports: [''],
    answer: (x) => delayed(x, frames),
  }),
);

/** Never at work, and late by its lookahead. */
const lookahead = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.boolean()).map(
  ([ms, bypass]): Known => ({
    settings: { stage: 'compressor', ratio: 1, lookahead: ms, bypass },
    ports: [''],
    answer: (x) => x,
  }),
);

/** Only looks at both channels, or works on one of them. */
const oneChannel = fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 9 })).map(
  ([channel, ms]): Known => ({
    settings: { stage: 'compressor', ratio: 1, makeup: -6, lookahead: ms, channels: [channel] },
    ports: [''],
    answer: (x) => x.map((one, n) => (n === channel ? one.map((value) => value * 10 ** (-6 / 20)) : one)),
  }),
);

const dryWet = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 9 })).map(
  ([mix, ms]): Known => ({
    settings: { stage: 'compressor', ratio: 1, makeup: -12, lookahead: ms, mix },
    ports: [''],
    answer: (x) => scaled(x, 1 - mix + mix * 10 ** (-12 / 20)),
  }),
);

const midSide = fc.constant<Known>({
  settings: { stage: 'mid-side' },
  ports: ['mid', 'side'],
  answer: ([l, r], port) => {
    const half = l.map((value, i) => (port === 'mid' ? value + r[i] : value - r[i]) / 2);
    return [half, port === 'mid' ? half : half.map((value) => -value)];
  },
});

/** A linear-phase crossover whose bands are summed again is a pure delay: here always taken as a pair. */
const split = fc.constantFrom([300], [200, 900], [150, 500, 1500]).map(
  (freqs): Known => ({
    settings: { stage: 'crossover', freqs, phase: 'linear' },
    ports: ['*'],
    answer: (x) => x,
  }),
);

const stage = fc.oneof(gain, delay, lookahead, oneChannel, dryWet, midSide, split);

/** A graph in which every entry takes one to three earlier signals, some with a gain, and the last one all loose ends. */
const graph = fc
  .array(
    fc.record({
      stage,
      picks: fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, -6, -20)), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((entries) => {
    /** Every signal so far: the references that make it up, its exact answer, and whether somebody takes it. */
    const input: Exact = INPUT.map((channel) => Float64Array.from(channel));
    const signals = [{ names: ['in'], answer: input, taken: false }];
    const stages: object[] = [];
    entries.forEach(({ stage: { settings, ports, answer }, picks }, n) => {
      const chosen = picks.map(([pick, db]) => ({ signal: signals[pick % signals.length], db }));
      const share = 1 / chosen.length;
      const trim = 20 * Math.log10(share);
      for (const { signal } of chosen) signal.taken = true;
      const sum = chosen
        .map(({ signal, db }) => scaled(signal.answer, 10 ** ((db + trim) / 20)))
        .reduce((a, b) => a.map((channel, c) => channel.map((value, i) => value + b[c][i])));
      stages.push({
        ...settings,
        id: `s${n}`,
        input: chosen.flatMap(({ signal, db }) => signal.names.map((from) => ({ from, gain: db + trim }))),
      });
      const bands = 'freqs' in settings ? (settings.freqs as number[]).length + 1 : 0;
      for (const port of ports) {
        const names =
          port === '*'
            ? Array.from({ length: bands }, (_, band) => `s${n}.band${band + 1}`)
            : [port ? `s${n}.${port}` : `s${n}`];
        signals.push({ names, answer: answer(sum, port), taken: false });
      }
    });
    const loose = signals.filter(({ taken }) => !taken);
    stages.push({ stage: 'mix', id: 'sum', input: loose.flatMap(({ names }) => names) });
    const total = loose
      .map((signal) => signal.answer)
      .reduce((a, b) => a.map((channel, c) => channel.map((value, i) => value + b[c][i])));
    const middle = signals[Math.floor(signals.length / 2)];
    return {
      pipeline: { stages, outputs: { main: 'sum', middle: middle.names[0] } },
      total,
      middle: middle.names.length === 1 ? middle.answer : null,
    };
  });

const far = (output: Signal, answer: Exact): number =>
  Math.max(
    ...output.flatMap((channel, c) => Array.from(channel, (value, i) => Math.abs(value - answer[c][i]))),
  );

describe('random graphs of gains, delays, splits, one-channel and lookahead stages', () => {
  it('equal the closed form to 1e-6 at every frame of both outputs, aligned', () => {
    fc.assert(
      fc.property(graph, ({ pipeline, total, middle }) => {
        const outputs = runGraph(pipeline, [INPUT], { format: FORMAT });
        expect(far(outputs.main, total)).toBeLessThan(1e-6);
        if (middle) expect(far(outputs.middle, middle)).toBeLessThan(1e-6);
      }),
      { numRuns: 80, seed: 5 },
    );
  });

  it('are bit-identical for random chunkings, block sizes and both backends', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 });
    const blocks = fc.constantFrom(1, 7, 64, 1000);
    fc.assert(
      fc.property(graph, sizes, blocks, ({ pipeline }, chunks, blockFrames) => {
        const whole = runGraph(pipeline, [INPUT], { format: FORMAT, blockFrames: 2048 });
        for (const backend of ['wasm', 'reference'] as const) {
          const cut = runGraph(pipeline, [INPUT], { format: FORMAT, chunks, blockFrames, backend });
          expect(maxAbsDifference(cut.main, whole.main)).toBe(0);
          expect(maxAbsDifference(cut.middle, whole.middle)).toBe(0);
        }
      }),
      { numRuns: 12, seed: 6 },
    );
  });
});

describe('what must null', () => {
  const input = noise(2, 48_000, 3, 0.25);
  const nullDb = (a: Signal, b: Signal): number => rmsDb(difference(a, b)) - rmsDb(b);

  it('a crossover split and summed again against its allpass: below -120 dB', () => {
    const freqs = [200, 2000];
    const bands = ['low', 'mid', 'high'].map((band) => `bands.${band}`);
    const { main } = runGraph(
      {
        stages: [
          { stage: 'crossover', id: 'bands', freqs },
          { stage: 'mix', input: bands },
        ],
      },
      [input],
    );
    // A 4th-order Linkwitz-Riley sums to a 2nd-order allpass at each frequency, with the Q of its Butterworth halves.
    const allpass = freqs.map((freq) => ({ type: 'allpass', freq, q: Math.SQRT1_2 }));
    const expected = runGraph({ stages: [{ stage: 'eq', bands: allpass }] }, [input]);
    expect(nullDb(main, expected.main)).toBeLessThan(-120);
  });

  it('parallel compression with ratio 1 against the input: below -120 dB', () => {
    const half = -20 * Math.log10(2);
    const { main } = runGraph(
      {
        stages: [
          { stage: 'compressor', id: 'flat', input: 'in', ratio: 1, lookahead: 7 },
          {
            stage: 'mix',
            input: [
              { from: 'in', gain: half },
              { from: 'flat', gain: half },
            ],
          },
        ],
      },
      [input],
    );
    expect(nullDb(main, input)).toBeLessThan(-120);
  });

  it('mid and side summed again against the input: below -120 dB', () => {
    const stages = [
      { stage: 'mid-side', id: 'ms' },
      { stage: 'limiter', id: 'late', input: 'ms.side', ceiling: 0, lookahead: 5 },
      { stage: 'mix', input: ['ms.mid', 'late'] },
    ];
    expect(nullDb(runGraph({ stages }, [input]).main, input)).toBeLessThan(-120);
  });
});
