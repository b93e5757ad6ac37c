import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { type BackendName, onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { analyzer } from '../../src/stages/analyzer.ts';
import type { Readings } from '../../src/stages/define-stage.ts';
import { whiteNoise } from '../support/white-noise.ts';

const BACKENDS: readonly BackendName[] = ['reference', 'wasm'];
const RATE = 44100;

const stereoNoise = (frames: number) => [
  whiteNoise(frames, 1),
  whiteNoise(frames, 2).map((sample) => sample / 4),
];

interface Setup {
  readonly backend?: BackendName;
  readonly blockFrames?: number;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** An analyzer on a memory of its own, and a `run` that feeds it a stretch of audio and takes its readings. */
function prepared(channels: number, { backend = 'wasm', blockFrames = 4096, params = {} }: Setup = {}) {
  return onKernelMemory(backend, (memory) => {
    const spec = { format: audioFormat(RATE, channels), maxFrames: blockFrames, memory };
    const processor = analyzer.prepare(spec, analyzer.params.parse(params));
    const main = memory.planar(channels, blockFrames);
    const run = (audio: readonly Float32Array[], from = 0, to = audio[0].length): Readings[] => {
      const readings: Readings[] = [];
      for (let at = from; at < to; at += blockFrames) {
        const frames = Math.min(blockFrames, to - at);
        for (const [c, x] of audio.entries()) main[c].set(x.subarray(at, at + frames));
        processor.process({ main, key: null, outputs: [] }, frames);
        readings.push(...processor.takeReadings());
      }
      return readings;
    };
    return { processor, main, run };
  });
}

describe.each(BACKENDS)('analyzer, %s', (backend) => {
  it('closes intervals on exact multiples: every 4410 frames for 100 ms at 44.1 kHz', () => {
    const readings = prepared(2, { backend, params: { interval: 100 } }).run(stereoNoise(RATE));
    expect(readings.map((reading) => reading.frame)).toEqual(
      Array.from({ length: 10 }, (_, i) => 4410 * (i + 1)),
    );
    expect(readings.at(-1)?.seconds).toBe(1);
  });

  it('gives the same readings to the bit for blocks of 1, 7, 64, 1024 and 16384 frames', () => {
    const audio = stereoNoise(20000);
    const params = { interval: 73, fftSize: 1024 };
    const whole = prepared(2, { backend, params, blockFrames: 16384 }).run(audio);
    expect(whole).toHaveLength(6);
    for (const blockFrames of [1, 7, 64, 1024]) {
      expect(prepared(2, { backend, params, blockFrames }).run(audio)).toEqual(whole);
    }
  });

  it('measures a 997 Hz sine of -6.02 dBFS: RMS -9.03, crest factor 3.01, its band -6.02 dB, correlation 1', () => {
    const sine = Float32Array.from(
      { length: RATE },
      (_, n) => 0.5 * Math.sin((2 * Math.PI * 997 * n) / RATE),
    );
    const { processor, run } = prepared(2, { backend });
    run([sine, sine]);
    const meters = processor.meters();
    expect(meters.peak).toBeCloseTo(-6.0206, 3);
    expect(meters.rms).toBeCloseTo(-9.031, 3);
    expect(meters.crestFactor).toBeCloseTo(3.0103, 3);
    expect(meters.correlation).toBe(1);
    const { freqs, levels } = meters.spectrum as { freqs: number[]; levels: number[] };
    expect(Math.abs(levels[freqs.indexOf(1000)] + 6.0206)).toBeLessThan(0.02);
  });

  it('reads the same after a snapshot at frame 12345 is restored elsewhere', () => {
    const audio = stereoNoise(30000);
    const [undisturbed, first, second] = [0, 1, 2].map(() =>
      prepared(2, { backend, params: { interval: 200 } }),
    );
    undisturbed.run(audio);
    first.run(audio, 0, 12345);
    second.run(audio, 0, 777);
    second.processor.restore(first.processor.snapshot());
    second.run(audio, 12345);
    expect(second.processor.meters()).toEqual(undisturbed.processor.meters());
  });

  it('is as new after reset', () => {
    const { processor, main, run } = prepared(2, { backend });
    run(stereoNoise(RATE - 1));
    processor.process({ main, key: null, outputs: [] }, 1);
    processor.reset();
    expect(processor.takeReadings()).toEqual([]);
    expect(processor.meters()).toEqual(prepared(2, { backend }).processor.meters());
  });
});

describe('analyzer', () => {
  it('leaves every sample as it was, NaN and infinities too', () => {
    const { main, run } = prepared(1);
    const audio = whiteNoise(1000, 3);
    audio.set([Number.NaN, Infinity, 1e30, -0], 10);
    run([audio]);
    expect(main[0].subarray(0, 1000)).toEqual(audio);
  });

  it('counts 3 invalid samples and still has figures when NaN and infinities came in', () => {
    const { processor, run } = prepared(1);
    const audio = whiteNoise(8192, 3);
    audio.set([Number.NaN, Infinity, 1e30], 4100);
    run([audio]);
    expect(processor.meters().invalidSamples).toBe(3);
    expect(JSON.stringify(processor.meters().spectrum)).not.toContain('null');
    expect(processor.meters().rms).toBeCloseTo(-4.77, 1);
  });

  it('has no correlation for mono and correlates FL with FR alone in 5.1', () => {
    const mono = prepared(1);
    mono.run([whiteNoise(5000)]);
    expect(mono.processor.meters().correlation).toBeNull();
    const surround = prepared(6);
    surround.run([1, 1, 2, 3, 4, 5].map((seed) => whiteNoise(5000, seed)));
    expect(surround.processor.meters().correlation).toBe(1);
  });

  it('has no spectrum when told so, nor before a window is full at 4096 frames', () => {
    const without = prepared(1, { params: { spectrum: false } });
    without.run([whiteNoise(9000)]);
    expect(without.processor.meters().spectrum).toBeNull();
    const short = prepared(1);
    short.run([whiteNoise(4095)]);
    expect(short.processor.meters().spectrum).toBeNull();
  });

  it('moves to the multiples of a new interval when one is set, here of 22050 frames', () => {
    const { processor, run } = prepared(1, { blockFrames: 100 });
    const audio = [whiteNoise(2 * RATE)];
    run(audio, 0, 5000);
    processor.set({ ...processor.params, interval: 500 });
    expect(run(audio, 5000).map((reading) => reading.frame)).toEqual([22050, 44100, 66150, 88200]);
  });

  it('keeps the 256 newest readings when nobody takes them', () => {
    const { processor, main } = prepared(1, { params: { interval: 10, spectrum: false }, blockFrames: RATE });
    for (let i = 0; i < 4; i++) processor.process({ main, key: null, outputs: [] }, RATE);
    const readings = processor.takeReadings();
    expect([readings.length, readings[0].frame, readings.at(-1)?.frame]).toEqual([256, 145 * 441, 400 * 441]);
    expect(processor.takeReadings()).toEqual([]);
  });

  it.each([
    ['interval', 9],
    ['interval', 60001],
    ['fftSize', 1000],
  ])('refuses %s %d', (name, value) => {
    expect(analyzer.params.safeParse({ [name]: value }).success).toBe(false);
  });
});
