import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OVERSAMPLING, Oversampler, type Oversampling } from '../../../src/dsp/rate/oversampler.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { LINES_FRAMES, lineSine, lines } from '../../support/lines.ts';
import { impulse, noise } from '../../support/signals.ts';

const EDGE = 20000 / 44100;
const LATENCIES: Readonly<Record<Oversampling, number>> = { 1: 0, 2: 69, 4: 76, 8: 78, 16: 79 };

const pass = (): void => {};

/** One channel through an oversampler, in chunks. */
function through(
  backend: (typeof BACKENDS)[number],
  factor: Oversampling,
  input: Float32Array,
  act: (y: Float32Array, samples: number, first: number) => void = pass,
  chunks: readonly number[] = [input.length],
): Float32Array {
  const state = stateOn(backend);
  const oversampler = new Oversampler(state, 1, factor);
  const x = state.memory.f32(input.length);
  x.set(input);
  for (let at = 0, turn = 0; at < x.length; turn++) {
    const frames = Math.min(chunks[turn % chunks.length], x.length - at);
    const start = at;
    oversampler.process(0, x, at, frames, (y, samples, first) => act(y, samples, start + first));
    at += frames;
  }
  return x;
}

describe.each(OVERSAMPLING)('oversampler, %i times', (factor) => {
  const latency = LATENCIES[factor];

  it(`delays by ${latency} whole frames, with linear phase`, () => {
    expect(new Oversampler(stateOn('wasm'), 1, factor).latency).toBe(latency);
    const [input] = impulse(1, 512, 200);
    const output = through('wasm', factor, input);
    for (let i = 1; i < 200; i++) {
      // Summed in another order on either side; one rounding of the largest tap apart.
      expect(Math.abs(output[200 + latency + i] - output[200 + latency - i])).toBeLessThan(1e-7);
    }
  });

  it('is flat within 0.001 dB up to 20 kHz at 44.1 kHz', () => {
    const [input] = impulse(1, LINES_FRAMES, 1000);
    const spectrum = lines(through('wasm', factor, input), 0);
    for (let k = 1; k <= EDGE * LINES_FRAMES; k++) {
      const gain = (spectrum[k] * LINES_FRAMES) / 2;
      expect(Math.abs(20 * Math.log10(gain))).toBeLessThan(0.001);
    }
  });

  it('gives the same bits in any chunks, on both backends', () => {
    const [input] = noise(1, 700, 3);
    const whole = through('reference', factor, input);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...BACKENDS),
        (chunks, backend) => {
          expect(through(backend, factor, input, pass, chunks)).toEqual(whole);
        },
      ),
      { numRuns: 15 },
    );
  });
});

/** Signal at the raised rate. */
function raised(factor: Oversampling, input: Float32Array): Float32Array {
  const all = new Float32Array(input.length * factor);
  through('wasm', factor, input, (y, samples, first) => {
    all.set(y.subarray(0, samples), first * factor);
  });
  return all;
}

describe.each([2, 4, 8, 16] as const)('oversampler filters, %i times', (factor) => {
  it('keeps the images of tones up to 20 kHz at 44.1 kHz below -98 dB', () => {
    for (const freq of [1000, 5000, 12000, 17000, 20000]) {
      // The tone is on a line of the raised rate's spectrum; its images mirror about multiples of the sample rate.
      const line = Math.floor((freq * LINES_FRAMES) / (44100 * factor));
      const tone = (2 * Math.PI * line * factor) / LINES_FRAMES;
      const input = Float32Array.from({ length: LINES_FRAMES / factor + 400 }, (_, i) => Math.sin(tone * i));
      const spectrum = lines(raised(factor, input), 200 * factor);
      let worst = 0;
      spectrum.forEach((value, k) => {
        if (k !== line) worst = Math.max(worst, value);
      });
      expect(20 * Math.log10(worst / spectrum[line])).toBeLessThan(-98);
    }
  });

  it('keeps what stands above below -84 dB where it mirrors to under 20 kHz', () => {
    const frames = LINES_FRAMES + 400;
    const rate = 44100;
    for (const freq of [24500, 30000, 43000, 70000, 90000, 130000, 160000, 176000, 250000, 340000, 352000]) {
      if (freq > (rate * factor) / 2) continue;
      const line = Math.round((freq * LINES_FRAMES) / rate);
      const output = through('wasm', factor, new Float32Array(frames), (y, samples, first) => {
        for (let i = 0; i < samples; i++) {
          y[i] = Math.sin((2 * Math.PI * line * (first * factor + i)) / (LINES_FRAMES * factor));
        }
      });
      const spectrum = lines(output, 200);
      const edge = Math.floor(EDGE * LINES_FRAMES);
      expect(20 * Math.log10(Math.max(...spectrum.subarray(1, edge)))).toBeLessThan(-84);
    }
  });
});

it('passes a 1 kHz tone at -90 dBFS through 8 times with 120 dB between it and all else', () => {
  const line = 371;
  const peak = 10 ** (-90 / 20);
  const spectrum = lines(through('wasm', 8, lineSine(line, LINES_FRAMES + 300, peak)), 200);
  const rest = spectrum.reduce((sum, value, k) => (k === line ? sum : sum + value * value), 0);
  expect(10 * Math.log10(rest / spectrum[line] ** 2)).toBeLessThan(-120);
});
