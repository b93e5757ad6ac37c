import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { featureAt } from '../../../src/dsp/spectrum/spectrum-layout.ts';
import { analyseSpectrum, SpectrumAnalysis } from '../../../src/engine/analysis/spectrum-analysis.ts';
import { SpectrumPool } from '../../../src/engine/analysis/spectrum-pool.ts';
import { threadCount } from '../../../src/engine/thread-count.ts';
import { programme } from '../../support/signals.ts';
import { whiteNoise } from '../../support/white-noise.ts';

const FORMAT = audioFormat(44100, 2);
const LONG = programme(2, 14 * 44100 + 777, 3);

describe('spectrum analysis', () => {
  it('gives the same figures to the bit on 1, 2 and 3 threads, 14 s of stereo', async () => {
    const serial = (await analyseSpectrum(LONG, { format: FORMAT, threads: 1 })).result();
    expect(serial?.windows).toBe(Math.floor((LONG[0].length - 4096) / 1024) + 1);
    for (const threads of [2, 3]) {
      expect((await analyseSpectrum(LONG, { format: FORMAT, threads, threshold: 0 })).result()).toEqual(
        serial,
      );
    }
  });

  it('gives the same bits however it is pushed, known length or not, on shared threads or alone', async () => {
    const audio = LONG.map((channel) => channel.subarray(0, 9 * 44100));
    const whole = (await analyseSpectrum(audio, { format: FORMAT, threads: 1 })).result();
    const pool = new SpectrumPool(2);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 300_000 }), fc.boolean(), async (chunk, known) => {
        const frames = known ? audio[0].length : null;
        const analysis = new SpectrumAnalysis({ format: FORMAT, frames, threshold: 3, pool });
        for (let at = 0; at < audio[0].length; at += chunk) {
          await analysis.push(audio, Math.min(chunk, audio[0].length - at), at);
        }
        expect((await analysis.finish()).result()).toEqual(whole);
      }),
      { numRuns: 6, seed: 4 },
    );
    await pool.close();
  });

  it('gives the same bits from shared memory, where threads read the samples in place, and from a copy', async () => {
    const shared = LONG.map((channel) => {
      const samples = new Float32Array(new SharedArrayBuffer(channel.byteLength));
      samples.set(channel);
      return samples;
    });
    const [copied, inPlace] = await Promise.all(
      [LONG, shared].map((audio) => analyseSpectrum(audio, { format: FORMAT, threads: 2, threshold: 0 })),
    );
    expect(inPlace.result()).toEqual(copied.result());
  });

  it('gives the same bits on both backends, 14 s of stereo with the tempo', async () => {
    const [reference, wasm] = await Promise.all(
      (['reference', 'wasm'] as const).map((backend) =>
        analyseSpectrum(LONG, { format: FORMAT, threads: 1, backend }),
      ),
    );
    expect(wasm.result()).toEqual(reference.result());
  });

  it('hands out the records of all 383 windows in order, the same on 2 threads', async () => {
    const audio = LONG.map((channel) => channel.subarray(0, 395_264));
    const collected = await Promise.all(
      [1, 2].map(async (threads) => {
        const rows: number[] = [];
        const width = new SpectrumAnalysis({ format: FORMAT }).layout.recordLength;
        const onRecords = (records: Float64Array, firstWindow: number): void => {
          expect(rows.length).toBe(firstWindow * width);
          rows.push(...records);
        };
        await analyseSpectrum(audio, { format: FORMAT, threads, threshold: 0, onRecords });
        return { rows, width };
      }),
    );
    expect(collected[0].rows.length / collected[0].width).toBe(383);
    expect(collected[1].rows).toEqual(collected[0].rows);
    expect(collected[0].rows[featureAt(3)]).toBeNaN();
  });

  it.each([
    [8000, 1, 512],
    [48000, 6, 2048],
    [96000, 8, 16384],
    [192000, 2, 4096],
  ] as const)(
    'is the same on 2 threads at %d Hz, %d channels, %d points',
    async (rate, channels, fftSize) => {
      const format = audioFormat(rate, channels);
      const audio = Array.from({ length: channels }, (_, c) => whiteNoise(300_000, c + 1));
      const [one, two] = await Promise.all(
        [1, 2].map((threads) => analyseSpectrum(audio, { format, fftSize, threads, threshold: 0 })),
      );
      expect(one.result()?.programme.level).toBeCloseTo(10 * Math.log10(2 / 3), 1);
      expect(two.result()).toEqual(one.result());
    },
  );

  it('has no result for less than a window: 4095 frames, and one window at 4096', async () => {
    const short = async (frames: number) =>
      (await analyseSpectrum([whiteNoise(frames)], { format: audioFormat(44100, 1) })).result();
    expect(await short(4095)).toBeNull();
    expect((await short(4096))?.windows).toBe(1);
  });

  it('refuses 0, 1.5 and 65 threads in one line that names what is allowed', () => {
    for (const wanted of [0, 1.5, 65]) {
      expect(() => threadCount(wanted)).toThrow(
        `threads: ${wanted} is not a whole number from 1 to 64, nor "auto"`,
      );
    }
    expect(threadCount('auto')).toBeGreaterThanOrEqual(1);
  });
});
