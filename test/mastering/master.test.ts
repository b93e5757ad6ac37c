import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { profileRecordings } from '../../src/engine/pipelines/mastering-files.ts';
import { parseReferenceProfile } from '../../src/mastering/reference-profile.ts';
import { aimFor, correlation, distanceFromCurve, master, save } from '../support/mastering.ts';
import {
  CORPUS,
  corpusItem,
  presetCurve,
  shaped,
  thirdLevels,
  through,
} from '../support/mastering-corpus.ts';
import { noise, type Signal, silence, sine } from '../support/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'mastering-'));
afterAll(() => rmSync(folder, { recursive: true }));

const gainsOf = (decisions: Awaited<ReturnType<typeof master>>['decisions']): readonly number[] =>
  (decisions.find(({ parameter }) => parameter === 'gains')?.to as readonly number[] | undefined) ?? [0];

const allFinite = (signal: Signal): boolean => signal.every((x) => x.every(Number.isFinite));

describe('two passes', () => {
  it.each(Object.keys(CORPUS))(
    'bring 3 s of a %s programme to -14 LUFS +-0.1, under -1 dBTP, within 1 dB of the curve',
    async (name) => {
      const signal = corpusItem(name, 3);
      const made = await master(save(folder, `${name}.wav`, signal), 2, await aimFor());
      const { mean, qualified } = distanceFromCurve(
        thirdLevels(signal),
        thirdLevels(made.signal),
        made.curve,
      );
      expect(Math.abs(made.loudness + 14)).toBeLessThanOrEqual(0.1);
      expect(made.truePeak).toBeLessThanOrEqual(-1);
      expect(qualified).toBeGreaterThanOrEqual(12);
      expect(mean).toBeLessThanOrEqual(1);
    },
  );

  it('leave what is good nearly alone: correlation above 0.99, no gain of 1.5 dB', async () => {
    const plain = shaped(presetCurve('adaptive'), 3);
    const { plan } = await master(save(folder, 'plain.wav', plain), 2, await aimFor());
    const gain = 10 ** ((-14 - plan!.content.loudness!) / 20);
    const good = plain.map((x) => x.map((sample) => Math.max(-0.85, Math.min(0.85, sample * gain))));
    const { signal, decisions } = await master(save(folder, 'good.wav', good), 2, await aimFor());
    expect(correlation(good, signal)).toBeGreaterThan(0.99);
    expect(Math.max(...gainsOf(decisions).map(Math.abs))).toBeLessThan(1.5);
    expect(Math.abs(decisions.find(({ parameter }) => parameter === 'gain')!.to as number)).toBeLessThan(1.5);
  });

  it('repeat bit for bit', async () => {
    const input = save(folder, 'twice.wav', corpusItem('dark', 3));
    const [a, b] = [await master(input, 2, await aimFor()), await master(input, 2, await aimFor())];
    expect(a.bytes.equals(b.bytes)).toBe(true);
  });

  it('go half of the way at an amount of 50: band gains half as large to 0.02 dB, -14 LUFS all the same', async () => {
    const input = save(folder, 'half.wav', corpusItem('boomy', 3));
    const whole = await master(input, 2, await aimFor());
    const half = await master(input, 2, await aimFor('adaptive', 0.5));
    const gains = gainsOf(whole.decisions);
    expect(Math.max(...gains.map(Math.abs))).toBeLessThan(6);
    for (const [n, gain] of gainsOf(half.decisions).entries())
      expect(Math.abs(gain - gains[n] / 2)).toBeLessThan(0.02);
    expect(half.loudness).toBeCloseTo(-14, 1);
  });
});

const BASE = presetCurve('adaptive');
const FILTERS = {
  'a shelf of +6 dB above 2 kHz': through([{ freq: 1414, level: 0 }, { freq: 2828, level: 6 }]),
  'a shelf of -6 dB below 250 Hz': through([{ freq: 177, level: -6 }, { freq: 354, level: 0 }]),
  'a bell of 6 dB two octaves wide': through([{ freq: 400, level: 0 }, { freq: 800, level: 6 }, { freq: 1600, level: 0 }]),
  'a tilt from -6 to 6 dB': through([{ freq: 200, level: -6 }, { freq: 5000, level: 6 }]),
}; // biome-ignore format: a line a filter

describe('a reference', () => {
  it.each(Object.entries(FILTERS))(
    'is matched by at least 70 per cent where it differs by %s',
    async (_name, filter) => {
      const source = shaped(BASE, 3);
      const wanted = shaped((freq) => BASE(freq) + filter(freq), 3);
      const reference = await profileRecordings([save(folder, 'reference.wav', wanted)]);
      const aim = await aimFor('adaptive', 1, reference);
      const made = await master(save(folder, 'source.wav', source), 2, aim);
      const [target, before, after] = [wanted, source, made.signal].map((signal) => thirdLevels(signal));
      const distance = (levels: readonly number[]): number => {
        const error = levels.map((level, k) => level - target[k]);
        const mean = error.reduce((sum, x) => sum + x, 0) / error.length;
        return error.reduce((sum, x) => sum + Math.abs(x - mean), 0) / error.length;
      };
      expect(distance(after)).toBeLessThanOrEqual(0.3 * distance(before));
    },
  );

  it('has a profile of less than 4 KB that reads back as it was', async () => {
    const profile = await profileRecordings([
      save(folder, 'one.wav', shaped(BASE, 2)),
      save(folder, 'two.wav', shaped(BASE, 3)),
    ]);
    const text = JSON.stringify(profile, null, 1);
    expect(text.length).toBeLessThan(4096);
    expect(profile.recordings).toBe(2);
    expect(parseReferenceProfile(text, 'x')).toEqual(profile);
  });
});

describe('one pass', () => {
  it('gives the same bytes in blocks of 333, 4096 and 16384 frames', async () => {
    const input = save(folder, 'blocks.wav', corpusItem('drum-heavy', 9));
    const [a, b, c] = [
      await master(input, 1, await aimFor(), { blockFrames: 333 }),
      await master(input, 1, await aimFor()),
      await master(input, 1, await aimFor(), { blockFrames: 16384 }),
    ];
    expect(a.decisions.length).toBeGreaterThan(1);
    expect(a.bytes.equals(b.bytes)).toBe(true);
    expect(c.bytes.equals(b.bytes)).toBe(true);
    expect(c.decisions).toEqual(b.decisions);
  });

  it.each([0, 3000])(
    'turns -40 dBFS up by no more than 6 dB in a second with %i ms of lookahead',
    async (lookahead) => {
      const signal = corpusItem('quiet', 8);
      const made = await master(save(folder, 'steps.wav', signal), 1, await aimFor(), { lookahead });
      const power = ([x]: Signal, from: number): number =>
        x.subarray(from, from + 4410).reduce((sum, sample) => sum + sample * sample, 0);
      const gains = Array.from(
        { length: 80 },
        (_, n) => 10 * Math.log10(power(made.signal, 4410 * n) / power(signal, 4410 * n)),
      );
      for (let n = 10; n < 80; n++) expect(Math.abs(gains[n] - gains[n - 10])).toBeLessThan(6);
    },
  );

  it('lands within 1 LU of -14 over 20 s that begin 18 dB quieter for 6', async () => {
    const signal = corpusItem('bright', 20).map((x) =>
      x.map((value, i) => (i < 6 * 44100 ? value / 8 : value)),
    );
    const { loudness } = await master(save(folder, 'quiet-first.wav', signal), 1, await aimFor());
    expect(Math.abs(loudness + 14)).toBeLessThan(1);
  });
});

const RATE = 48000;
const STEREO = { sampleRate: RATE, channels: 2, layout: ['FL', 'FR'] as const };
const ODD: Readonly<Record<string, readonly [signal: () => Signal, rate: number, tooLittle: boolean]>> = {
  silence: [() => silence(2, 2 * RATE), RATE, true],
  'a constant of 0.5': [() => silence(2, 2 * RATE).map((x) => x.fill(0.5)), RATE, true],
  '0.2 s of noise': [() => noise(2, 0.2 * RATE), RATE, true],
  'a tone of 997 Hz': [() => sine(STEREO, 5 * RATE, 997, 0.1), RATE, true],
  'one-sided noise': [() => [noise(1, 2 * RATE)[0], new Float32Array(2 * RATE)], RATE, false],
  'mono noise': [() => noise(1, 2 * RATE), RATE, false],
  'noise at 96 kHz': [() => noise(2, 2 * 96000), 96000, false],
  'noise in 5.1': [() => noise(6, 2 * RATE, 3, 0.1), RATE, false],
};

describe.each([1, 2] as const)('of %i pass(es)', (passes) => {
  it.each(Object.entries(ODD))(
    '%s stays finite, under -1 dBTP, and no band moves by more than 6 dB',
    async (name, [make, rate, tooLittle]) => {
      const made = await master(save(folder, 'odd.wav', make(), rate), passes, await aimFor());
      expect(allFinite(made.signal)).toBe(true);
      expect(made.truePeak).toBeLessThanOrEqual(-1);
      expect(Math.max(...gainsOf(made.decisions).map(Math.abs))).toBeLessThanOrEqual(6);
      expect(made.decisions.some(({ stage }) => stage === 'stereo')).toBe(false);
      const said = made.decisions.some(({ because }) => because.includes('too little to decide on'));
      if (passes === 2) expect(said, name).toBe(tooLittle);
    },
  );
});
