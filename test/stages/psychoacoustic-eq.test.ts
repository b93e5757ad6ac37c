import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { psychoacousticEq } from '../../src/stages/psychoacoustic-eq.ts';
import { convolve, transform } from '../support/fourier.ts';
import { feed, open, render } from '../support/render.ts';
import { gainAt } from '../support/response.ts';
import { difference, impulse, noise, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

/** Zwicker 1961, in Hz. */
const EDGES = [
  0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300,
  6400, 7700, 9500, 12000, 15500,
];
const FLAT = Array(25).fill(0);
const ZIGZAG = FLAT.map((_, n) => (n % 2 ? -6 : 6));
const CURVES = {
  zigzag: ZIGZAG,
  slope: FLAT.map((_, n) => 6 - n / 2),
  step: FLAT.map((_, n) => (n < 9 ? 6 : -6)),
};

const centres = (rate: number): number[] =>
  EDGES.filter((edge) => edge < rate / 2).map(
    (low, n) => (low + Math.min(EDGES[n + 1] ?? 20000, rate / 2)) / 2,
  );

const shaped = (input: Signal, rate: number, settings: object): Signal =>
  render(psychoacousticEq, settings, audioFormat(rate, input.length), input);

/** The curve as it is described: between two centres the linear gain goes along a smooth step. */
function curveAt(freq: number, gains: readonly number[], rate: number): number {
  const at = centres(rate);
  const factor = (n: number): number => 10 ** (gains[n] / 20);
  const above = at.findIndex((centre) => centre > freq);
  if (above === 0) return factor(0);
  if (above < 0) return factor(at.length - 1);
  const t = (freq - at[above - 1]) / (at[above] - at[above - 1]);
  const step = 3 * t ** 2 - 2 * t ** 3;
  return factor(above - 1) * (1 - step) + factor(above) * step;
}

/** A linear-phase FIR filter with that curve, 1/3 s long on either side, in double precision. */
function filtered(x: Float32Array, gains: readonly number[], rate: number): Float64Array {
  const points = 32768;
  const half = Math.round(rate / 12);
  const curve = Float64Array.from({ length: points }, (_, k) =>
    curveAt((Math.min(k, points - k) * rate) / points, gains, rate),
  );
  // The spectrum is real and even, so the transform is its own inverse but for the scale.
  transform(curve, new Float64Array(points));
  const taps = Float64Array.from({ length: 2 * half - 1 }, (_, n) => curve[Math.abs(n - half + 1)] / points);
  return convolve(x, taps).subarray(half - 1, half - 1 + x.length);
}

describe('with fixed gains', () => {
  it.each([8000, 44100, 48000, 96000, 192000])(
    'gives noise back at 0 dB, -120 dB of error at %i Hz',
    (rate) => {
      const input = noise(2, 20000, 3);
      const error = difference(shaped(input, rate, { gains: FLAT }), input);
      expect(rmsDb(error) - rmsDb(input)).toBeLessThan(-120);
    },
  );

  const cases = [44100, 48000, 96000].flatMap((rate) =>
    Object.entries(CURVES).map(([name, gains]) => ({ rate, name, gains })),
  );

  it.each(cases)('is a linear-phase FIR filter to -55 dB: $name of +-6 dB at $rate Hz', ({ rate, gains }) => {
    const input = noise(1, 9000, 4);
    const [output] = shaped(input, rate, { gains });
    const exact = filtered(input[0], gains, rate);
    const error = output.map((sample, i) => sample - exact[i]);
    expect(rmsDb([error]) - rmsDb([output])).toBeLessThan(-55);
  });

  it.each(cases)(
    'is within 0.3 dB of each gain at the centre of its band: $name at $rate Hz',
    ({ rate, gains }) => {
      const at = Math.round(rate / 4);
      const [response] = shaped(impulse(1, 2 * at, at), rate, { gains });
      centres(rate).forEach((freq, n) => {
        expect(Math.abs(gainAt(response, freq, rate) - gains[n])).toBeLessThan(0.3);
      });
    },
  );

  it.each([44100, 48000, 96000])(
    'has no echo of an impulse beyond 45 ms on either side: below -120 dB, %i Hz',
    (rate) => {
      const at = Math.round(rate / 2);
      const far = Math.round(0.045 * rate);
      const [response] = shaped(impulse(1, 2 * at, at), rate, { gains: ZIGZAG });
      const outside = response.map((sample, i) => (Math.abs(i - at) > far ? sample : 0));
      expect(20 * Math.log10(Math.max(...outside.map(Math.abs)) + 1e-12)).toBeLessThan(-120);
    },
  );

  it('takes the 18 bands that begin below 4 kHz at a rate of 8 kHz', () => {
    const { processor } = open(psychoacousticEq, { gains: FLAT }, audioFormat(8000, 1));
    expect(processor.meters().freqs).toHaveLength(18);
  });
});

/** Four periods of pink noise up to half the rate, -20 dB: in every octave as much, to the bit. */
function pink(rate: number, seed: number): Signal {
  const points = 2 ** Math.round(Math.log2(rate));
  const [phases] = noise(1, points, seed, Math.PI);
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let k = 1; k < points / 2; k++) {
    re[k] = Math.cos(phases[k]) / Math.sqrt(k);
    im[k] = Math.sin(phases[k]) / Math.sqrt(k);
  }
  transform(re, im);
  const height = 0.1 / Math.sqrt(re.reduce((sum, x) => sum + x * x, 0) / points);
  return [Float32Array.from({ length: 4 * points }, (_, i) => height * re[i % points])];
}

describe('listening', () => {
  const rate = 48000;
  /** Three seconds of noise, tilted by one pole: about -6 dB an octave above its corner. */
  const dark = (cornerHz: number): Signal => {
    const keep = Math.exp((-2 * Math.PI * cornerHz) / rate);
    let y = 0;
    return noise(1, 3 * rate, 5).map((x) =>
      x.map((sample) => {
        y += (1 - keep) * (sample - y);
        return 3 * y;
      }),
    );
  };
  const settled = { speed: 100, window: 1000 };

  it('brings white noise to pink, +3 dB an octave taken off, within 0.6 dB where 12 dB are enough', () => {
    const run = open(psychoacousticEq, { ...settled, maxBoost: 24, maxCut: 24 }, audioFormat(rate, 1));
    feed(run.run, noise(1, 3 * rate, 6));
    const { gains } = run.processor.meters() as { gains: number[] };
    const bands = EDGES.map((low, n) => [Math.max(low, 20), Math.min(EDGES[n + 1] ?? 20000, 20000)]);
    const density = bands.map(([low, high]) => 10 * Math.log10((high - low) / Math.log2(high / low)));
    const mean = density.reduce((sum, db) => sum + db, 0) / density.length;
    gains.slice(1).forEach((gain, n) => {
      expect(Math.abs(gain + density[n + 1] - mean)).toBeLessThan(0.6);
    });
  });

  it.each([44100, 48000, 96000, 192000])(
    'leaves pink noise up to Nyquist within 0.5 dB in the bands above 1 kHz, the last one too, at %i Hz',
    (rate) => {
      const run = open(psychoacousticEq, settled, audioFormat(rate, 1));
      feed(run.run, pink(rate, 7));
      const { gains } = run.processor.meters() as { gains: number[] };
      expect(gains).toHaveLength(25);
      for (const gain of gains.slice(9)) expect(Math.abs(gain)).toBeLessThan(0.5);
    },
  );

  it.each([7, 38, 31001])('leaves noise finite, below +6 dB, at a rate of %i Hz', (rate) => {
    const input = noise(1, 3000, 9);
    const output = render(psychoacousticEq, { speed: 100 }, audioFormat(rate, 1), input);
    expect(output[0].every(Number.isFinite)).toBe(true);
    expect(rmsDb(output) - rmsDb(input)).toBeLessThan(6);
  });

  it('goes half of the way at an amount of 50 %', () => {
    const [whole, half] = [100, 50].map((amount) => {
      const run = open(
        psychoacousticEq,
        { ...settled, amount, maxBoost: 24, maxCut: 24 },
        audioFormat(rate, 1),
      );
      feed(run.run, noise(1, rate, 6));
      return (run.processor.meters() as { gains: number[] }).gains;
    });
    half.forEach((gain, n) => {
      expect(gain).toBeCloseTo(whole[n] / 2, 3);
    });
  });

  it('stays within maxBoost and maxCut, its moves adding up to 0 dB', () => {
    const run = open(psychoacousticEq, { ...settled, maxBoost: 4, maxCut: 3 }, audioFormat(rate, 1));
    feed(run.run, dark(800));
    const { gains } = run.processor.meters() as { gains: number[] };
    expect(Math.max(...gains)).toBeCloseTo(4, 6);
    expect(Math.min(...gains)).toBeCloseTo(-3, 6);
    expect(Math.abs(gains.reduce((sum, gain) => sum + gain, 0))).toBeLessThan(0.01);
  });

  it('moves no band faster than 2 dB a second', () => {
    const run = open(psychoacousticEq, { speed: 2 }, audioFormat(rate, 1));
    const input = dark(800);
    let before: number[] = [];
    for (let at = 0; at < input[0].length; at += rate / 4) {
      feed(run.run, slice(input, at, at + rate / 4));
      const { gains } = run.processor.meters() as { gains: number[] };
      // A quarter of a second holds 11 or 12 hops.
      const moves = gains.map((gain, n) => Math.abs(gain - (before[n] ?? 0)));
      expect(Math.max(...moves)).toBeLessThanOrEqual(2 * 0.257);
      before = gains;
    }
  });

  it('holds every gain through a pause to the bit, from the last segment that holds sound on', () => {
    const { run, processor } = open(psychoacousticEq, settled, audioFormat(rate, 1));
    feed(run, dark(800));
    feed(run, [new Float32Array(2048)]);
    const before = processor.meters();
    feed(run, [new Float32Array(2 * rate)]);
    expect(processor.meters()).toEqual(before);
  });

  it('leaves a band alone that its neighbour masks, 35 dB below a tone one Bark away, and moves it 15 dB below', () => {
    const masked = [-35, -15].map((db) => {
      // 1000 Hz is the middle of the 9th band, 1175 Hz of the 10th.
      const loud = sine(audioFormat(rate, 1), rate, 1000, 0.5);
      const soft = sine(audioFormat(rate, 1), rate, 1175, 0.5 * 10 ** (db / 20));
      const run = open(psychoacousticEq, settled, audioFormat(rate, 1));
      feed(run.run, [loud[0].map((sample, i) => sample + soft[0][i])]);
      const meters = run.processor.meters() as { masked: number[]; gains: number[] };
      if (meters.masked[9]) expect(meters.gains[9]).toBe(0);
      else expect(Math.abs(meters.gains[9])).toBeGreaterThan(1);
      return meters.masked[9];
    });
    expect(masked).toEqual([1, 0]);
  });
});
