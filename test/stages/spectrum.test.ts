import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { analyseSpectrum } from '../../src/engine/analysis/spectrum-analysis.ts';
import type { Readings } from '../../src/stages/define-stage.ts';
import { spectrum } from '../../src/stages/spectrum.ts';
import { BACKENDS } from '../support/backends.ts';
import { programme } from '../support/signals.ts';

const RATE = 44100;
const FORMAT = audioFormat(RATE, 2);

interface ReadOptions {
  readonly blockFrames?: number;
  readonly backend?: (typeof BACKENDS)[number];
  readonly keepsReadings?: boolean;
}

/** Readings and final meters of a stage that hears the audio in blocks. */
function read(
  audio: readonly Float32Array[],
  params: Readonly<Record<string, unknown>>,
  { blockFrames = 4096, backend = 'wasm', keepsReadings = true }: ReadOptions = {},
) {
  return onKernelMemory(backend, (memory) => {
    const spec = { format: FORMAT, maxFrames: blockFrames, memory };
    const processor = spectrum.prepare(spec, spectrum.params.parse(params));
    processor.keepsReadings = keepsReadings;
    const main = memory.planar(2, blockFrames);
    const readings: Readings[] = [];
    for (let at = 0; at < audio[0].length; at += blockFrames) {
      const frames = Math.min(blockFrames, audio[0].length - at);
      for (const [c, x] of audio.entries()) main[c].set(x.subarray(at, at + frames));
      processor.process({ main, key: null, outputs: [] }, frames);
      readings.push(...processor.takeReadings());
    }
    return { readings, glance: processor.glance(), meters: processor.meters() };
  });
}

describe.each(BACKENDS)('spectrum, %s', (backend) => {
  it('gives the same readings to the bit for blocks of 1, 7, 1024 and 16384 frames, each window or each 73 ms', () => {
    const audio = programme(2, 12_000, 5);
    for (const interval of [0, 73]) {
      const params = { interval, fftSize: 1024 };
      const whole = read(audio, params, { blockFrames: 16384, backend });
      expect(whole.readings).toHaveLength(interval === 0 ? 43 : 3);
      for (const blockFrames of [1, 7, 1024]) {
        expect(read(audio, params, { blockFrames, backend })).toEqual(whole);
      }
    }
  });
});

describe('spectrum', () => {
  it('reads every second or third window at an overlap of 50 or 25 %, each the same to the bit as among all', () => {
    const audio = programme(2, 20_000, 3);
    const params = { interval: 0, fftSize: 1024 };
    const all = read(audio, params).readings;
    const levels = (readings: readonly Readings[]) => readings.map(({ frame, width }) => [frame, width]);
    for (const [overlap, quarters] of [
      [50, 2],
      [25, 3],
    ]) {
      const some = read(audio, { ...params, overlap }).readings;
      const due = all.filter(({ frame }) => Number(frame) % (quarters * 256) === 0);
      expect(levels(some)).toEqual(levels(due));
    }
  });

  it('shows a controller 2 of its meters: the tempo and 7 figures of the last reading, kept or not, the same to the bit', () => {
    for (const keepsReadings of [true, false]) {
      const settings = { interval: 100, fftSize: 1024 };
      const { readings, glance, meters } = read(programme(2, 20_000), settings, { keepsReadings });
      const { width, programme: heard } = meters.interval as Readings;
      const { level, centroid, rolloff, flatness, zeroCrossingRate, bark } = heard as Readings;
      const seen = { level, centroid, rolloff, flatness, zeroCrossingRate, bark };
      expect(glance).toEqual({ tempo: meters.tempo, interval: { width, programme: seen } });
      expect(readings.at(-1)).toEqual(keepsReadings ? meters.interval : undefined);
    }
  });

  it('reads of the programme alone the same to the bit, width included, and null of mid and side', () => {
    const settings = { interval: 100, fftSize: 1024 };
    const all = read(programme(2, 20_000), settings);
    const one = read(programme(2, 20_000), { ...settings, views: 'programme' });
    const alone = (reading: Readings) => ({ ...reading, mid: null, side: null });
    expect(one.readings).toEqual(all.readings.map(alone));
    expect(one.meters).toEqual({ ...alone(all.meters), interval: one.readings.at(-1) });
  });

  it('reads every window where it ends with an interval of 0: frames 4096, 5120, 6144', () => {
    const { readings } = read(programme(2, 7000), { interval: 0 });
    expect(readings.map((reading) => reading.frame)).toEqual([4096, 5120, 6144]);
  });

  it('agrees with the analysis of the whole: tempo and width within 1e-9, centroid within 1e-9 of it', async () => {
    const audio = programme(2, 6 * RATE, 7);
    const { meters } = read(audio, { interval: 500 });
    const whole = (await analyseSpectrum(audio, { format: FORMAT, threads: 1 })).result();
    const { centroid } = meters.programme as { centroid: number };
    expect(centroid / whole!.programme.centroid! - 1).toBeCloseTo(0, 9);
    expect(meters.width).toBeCloseTo(whole!.width!, 9);
    expect(meters.tempo).toEqual(whole?.tempo);
  });

  it.each([
    [1000, 0],
    [0, 1000],
  ])(
    'has no last reading when its interval goes from %i to %i ms, until the first of its kind ends',
    (from, to) => {
      onKernelMemory('wasm', (memory) => {
        const processor = spectrum.prepare(
          { format: FORMAT, maxFrames: RATE, memory },
          spectrum.params.parse({ interval: from }),
        );
        const main = memory.planar(2, RATE);
        programme(2, RATE, 7).forEach((channel, n) => {
          main[n].set(channel);
        });
        const hear = (frames: number) => processor.process({ main, key: null, outputs: [] }, frames);
        hear(RATE);
        hear(RATE / 2);
        processor.set(spectrum.params.parse({ interval: to }));
        expect([processor.meters().interval, processor.glance().interval]).toEqual([null, null]);
        hear(RATE / 2);
        expect((processor.meters().interval as Readings).frame).toBeGreaterThan(1.5 * RATE);
      });
    },
  );

  it('leaves the bands out when told so', () => {
    const { meters } = read(programme(2, 9000), { bands: false });
    expect(Object.keys(meters.mid as object)).toEqual([
      'level', 'centroid', 'rolloff', 'flatness', 'flux', 'crest', 'zeroCrossingRate',
    ]); // biome-ignore format: one line of names
  });

  it.each([
    ['interval', -1],
    ['interval', 60001],
    ['fftSize', 1000],
  ])('refuses %s %d', (name, value) => {
    expect(spectrum.params.safeParse({ [name]: value }).success).toBe(false);
  });
});
