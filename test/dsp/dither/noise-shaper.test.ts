import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { type BackendName, KernelMemory } from '../../../src/dsp/kernel-memory.ts';
import type { SampleEncoding } from '../../../src/io/sample-format.ts';
import { type DitherKind, StreamEncoder } from '../../../src/io/stream-encoder.ts';
import { noise, programme, type Signal } from '../../support/signals.ts';

interface Setup {
  readonly dither?: DitherKind;
  readonly sampleRate?: number;
  readonly encoding?: SampleEncoding;
  readonly backend?: BackendName;
  readonly blocks?: readonly number[];
  readonly seed?: number;
}

const BLOCK = 4096;

/** The bytes of a signal without a header. */
function encode(signal: Signal, setup: Setup = {}): Buffer {
  const { dither = 'shaped', sampleRate = 44_100, encoding = 's16', backend = 'wasm', seed = 1 } = setup;
  const memory = new KernelMemory(backend, 1 << 24);
  const encoder = new StreamEncoder({
    format: audioFormat(sampleRate, signal.length),
    sampleFormat: { encoding, bigEndian: false },
    announcedFrames: null,
    container: 'raw',
    channelMask: 0,
    dither,
    seed,
    seekable: false,
    memory,
    maxFrames: BLOCK,
  });
  const planar = memory.planar(signal.length, BLOCK);
  const { blocks = [BLOCK] } = setup;
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < signal[0].length; turn++) {
    const frames = Math.min(blocks[turn % blocks.length], signal[0].length - at);
    planar.forEach((array, n) => {
      array.set(signal[n].subarray(at, at + frames));
    });
    pieces.push(Buffer.from(encoder.encode(planar, frames)));
    at += frames;
  }
  return Buffer.concat(pieces);
}

/** The error of 16-bit samples in LSB. */
function errorOf(x: Float32Array, setup: Setup = {}): Float64Array {
  const bytes = encode([x], setup);
  return Float64Array.from(x, (value, i) => bytes.readInt16LE(2 * i) - value * 32_768);
}

const power = (x: Float64Array): number => x.reduce((sum, value) => sum + value * value, 0) / x.length;

const SIZE = 2048;

/** Mean power of a series at the frequencies k / SIZE, Hann-windowed, in power of the series; computed by definition. */
function spectrumOf(x: Float64Array): Float64Array {
  const spectrum = new Float64Array(SIZE / 2);
  const cosines = Float64Array.from({ length: SIZE }, (_, i) => Math.cos((2 * Math.PI * i) / SIZE));
  const windows = Math.floor(x.length / SIZE);
  for (let w = 0; w < windows; w++) {
    for (let k = 0; k < SIZE / 2; k += 4) {
      let [re, im] = [0, 0];
      for (let i = 0; i < SIZE; i++) {
        const value = x[w * SIZE + i] * (0.5 - 0.5 * cosines[i]);
        re += value * cosines[(i * k) % SIZE];
        im += value * cosines[(i * k + SIZE / 4) % SIZE];
      }
      spectrum[k] += (re * re + im * im) / (windows * SIZE * 0.375);
    }
  }
  return spectrum;
}

/** The ear's threshold in quiet, in dB SPL, f in Hz (E. Terhardt, "Calculating Virtual Pitch", Hearing Research 1, 1979). */
const threshold = (f: number): number =>
  3.64 * (f / 1000) ** -0.8 - 6.5 * Math.exp(-0.6 * (f / 1000 - 3.3) ** 2) + 1e-3 * (f / 1000) ** 4;

/** Power up to 20 kHz, weighted by the inverse of the threshold, in dB. */
const weightedDb = (spectrum: Float64Array, sampleRate: number): number => {
  let sum = 0;
  for (let k = 4; k < SIZE / 2; k += 4) {
    const freq = (k * sampleRate) / SIZE;
    if (freq < 20_000) sum += spectrum[k] * 10 ** (-threshold(freq) / 10);
  }
  return 10 * Math.log10(sum);
};

const quiet = noise(1, 65_536, 5, 0.1)[0];

describe('shaped noise', () => {
  it.each([
    [44_100, 9],
    [48_000, 10],
    [96_000, 18],
  ])(
    'at %i Hz is at least %i dB below TPDF to the ear (weighted by the inverse threshold of hearing)',
    (sampleRate, least) => {
      const [flat, shaped] = (['tpdf', 'shaped'] as const).map((dither) =>
        weightedDb(spectrumOf(errorOf(quiet, { dither, sampleRate })), sampleRate),
      );
      expect(flat - shaped).toBeGreaterThan(least);
    },
  );

  it.each([
    [44_100, [2.033, -2.165, 1.959, -1.59, 0.6149]],
    [96_000, [2, -1]],
  ])(
    'at %i Hz has the spectrum 1/4 LSB^2 |1 - sum c_k z^-k|^2 within 1.5 dB in every 689 Hz',
    (sampleRate, feedback) => {
      const spectrum = spectrumOf(errorOf(quiet, { sampleRate }));
      for (let k = 32; k < SIZE / 2; k += 32) {
        let [measured, expected] = [0, 0];
        for (let j = k - 16; j < k + 16; j += 4) {
          let [re, im] = [1, 0];
          feedback.forEach((c, n) => {
            re -= c * Math.cos((2 * Math.PI * j * (n + 1)) / SIZE);
            im += c * Math.sin((2 * Math.PI * j * (n + 1)) / SIZE);
          });
          measured += spectrum[j];
          expected += (re * re + im * im) / 4;
        }
        // Near 0 Hz the window lets some of the neighbours in.
        expect(Math.abs(10 * Math.log10(measured / expected))).toBeLessThan(
          k < 64 && sampleRate > 90_000 ? 6 : 1.5,
        );
      }
    },
  );

  it('has a total power of 4.15 LSB^2 at 44.1 kHz and 1.5 at 96 kHz, sums of the squared taps over 4, within 3 %', () => {
    expect(Math.abs(power(errorOf(quiet)) / 4.15 - 1)).toBeLessThan(0.03);
    expect(Math.abs(power(errorOf(quiet, { sampleRate: 96_000 })) / 1.5 - 1)).toBeLessThan(0.03);
  });

  it('has no mean and the same power for a constant, a quiet tone and loud noise: no tone of its own', () => {
    const signals = [
      new Float32Array(65_536).fill(0.3 / 32_768),
      Float32Array.from({ length: 65_536 }, (_, i) => (0.4 * Math.sin(i / 30)) / 32_768),
      noise(1, 65_536, 9, 0.9)[0],
    ];
    for (const signal of signals) {
      const error = errorOf(signal);
      expect(Math.abs(error.reduce((sum, value) => sum + value, 0) / error.length)).toBeLessThan(0.01);
      expect(Math.abs(power(error) / 4.15 - 1)).toBeLessThan(0.04);
      const spectrum = spectrumOf(error);
      expect(Math.max(...spectrum)).toBeLessThan(40);
    }
  });

  it('is silence itself after 0.1 s of digital silence', () => {
    const signal = new Float32Array(20_000);
    signal[0] = 0.5;
    const bytes = encode([signal]);
    for (let i = 4412; i < 20_000; i++) expect(bytes.readInt16LE(2 * i)).toBe(0);
  });

  it('stays bounded and comes back after clipping: full scale noise at 4 times full scale, then quiet', () => {
    const signal = noise(1, 20_000, 3, 4)[0];
    signal.fill(0.01, 10_000);
    const error = errorOf(signal).subarray(10_100);
    expect(Math.max(...error.map(Math.abs))).toBeLessThan(12);
  });

  it.each(['u8', 's16', 's24', 's24in32', 's32'] as const)(
    '%s: both backends and all blocks give the same bytes',
    (encoding) => {
      const signal = programme(3, 9000, 4, 1.2);
      const reference = encode(signal, { encoding, backend: 'reference' });
      expect(encode(signal, { encoding }).equals(reference)).toBe(true);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }), (blocks) => {
          expect(encode(signal, { encoding, blocks }).equals(reference)).toBe(true);
        }),
        { numRuns: 5 },
      );
    },
  );

  it('follows the seed, and is TPDF below 40 kHz', () => {
    const signal = [quiet.slice(0, 5000)];
    expect(encode(signal, { seed: 1 }).equals(encode(signal, { seed: 1 }))).toBe(true);
    expect(encode(signal, { seed: 1 }).equals(encode(signal, { seed: 2 }))).toBe(false);
    const low = { sampleRate: 32_000 };
    expect(encode(signal, low).equals(encode(signal, { ...low, dither: 'tpdf' }))).toBe(true);
  });
});
