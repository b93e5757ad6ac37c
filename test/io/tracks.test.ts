import { describe, expect, it } from 'vitest';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { StreamDecoder } from '../../src/io/stream-decoder.ts';
import { TrackFinder } from '../../src/io/track-finder.ts';
import {
  buildWav,
  chunk,
  encodeSamples,
  RECIPE,
  type SizeConvention,
  type WavRecipe,
} from '../fixtures/wav-corpus.ts';
import { decodeAll, pieces } from './decode-all.ts';

const ramp = Array.from({ length: 300 }, (_, i) => (i - 150) / 256);
const s16 = encodeSamples(ramp, 's16', false);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const first = buildWav({ ...RECIPE, audio: s16 });
/** The samples behind the first track, which has 150 frames of stereo at 44.1 kHz. */
function converted(recipe: Partial<WavRecipe>, cut = [1000], more = {}): number[] {
  const second = buildWav({ ...RECIPE, encoding: 'f32', ...recipe });
  const { samples } = decodeAll(pieces(join(first, second), cut), { onFormatChange: 'convert', ...more });
  expect(samples.slice(0, 300)).toEqual(ramp);
  return samples.slice(300);
}
const f32 = (samples: readonly number[]): Uint8Array => encodeSamples(samples, 'f32', false);

describe('a file of another format, converted', () => {
  const stereo = f32(Array.from({ length: 4800 }, (_, i) => Math.sin(0.1 * i) / 2));

  it('from 48 kHz: 2400 frames become 2205, the same bits however it is cut and whichever backend', () => {
    const whole = converted({ sampleRate: 48_000, audio: stereo });
    expect(whole).toHaveLength(2 * 2205);
    for (const [cut, maxFrames] of [
      [[1], 64],
      [[641, 1, 12], 1],
      [[999_999], 7],
      [[50], 1000],
    ] as const) {
      expect(converted({ sampleRate: 48_000, audio: stereo }, [...cut], { maxFrames })).toEqual(whole);
    }
    expect(converted({ sampleRate: 48_000, audio: stereo }, [4096], { backend: 'reference' })).toEqual(whole);
  });

  it('from 96 kHz: a sine of 1 kHz is that sine, 0.05 s from either end to -120 dB', () => {
    const sine = (rate: number) => (i: number) => 0.5 * Math.sin((2 * Math.PI * 1000 * i) / rate);
    const audio = f32(Array.from({ length: 2 * 19_200 }, (_, i) => sine(96_000)(i >> 1)));
    const left = converted({ sampleRate: 96_000, audio }).filter((_, i) => i % 2 === 0);
    expect(left).toHaveLength(8820);
    const errors = left.map((x, i) => Math.abs(x - sine(44_100)(i))).slice(2205, -2205);
    expect(20 * Math.log10(Math.max(...errors))).toBeLessThan(-120);
  });

  it('from mono goes to both channels; from 5.1 by BS.775: centre at 0.7071, no LFE', () => {
    expect(converted({ channels: 1, audio: f32([0.25, -0.5]) })).toEqual([0.25, 0.25, -0.5, -0.5]);
    const centre = converted({
      channels: 6,
      extensible: true,
      mask: 0x3f,
      audio: f32([0, 0, 0.5, 0.5, 0, 0]),
    });
    for (const sample of centre) expect(sample).toBeCloseTo(0.5 * Math.SQRT1_2, 7);
    expect(centre).toHaveLength(2);
  });

  it('is followed by the next as it came: 147 frames for 160, twice, and 150', () => {
    const other = buildWav({ ...RECIPE, sampleRate: 48_000, audio: new Uint8Array(640) });
    const all = decodeAll([join(first, other, other, first)], { onFormatChange: 'convert' });
    expect(all.samples).toHaveLength(2 * (150 + 147 + 147 + 150));
    expect(all.samples.slice(-300)).toEqual(ramp);
    expect(all.warnings).toEqual([]);
  });

  it('of a size of 0 that shows at the end only is converted too', () => {
    expect(converted({ sampleRate: 88_200, size: 'zero', audio: f32([0, 0, 0, 0]) })).toHaveLength(2);
  });

  it.each([
    [
      { sampleRate: 100, audio: s16 },
      "100 Hz, 2 channels (FL FR) can't become 44100 Hz, 2 channels (FL FR): the rates are too far apart",
    ],
    [
      { channels: 12, audio: new Uint8Array(480) },
      "44100 Hz, 12 channels can't become 44100 Hz, 2 channels (FL FR): no rule takes channels without a place there",
    ],
  ])('that no rule brings there ends the reading: %j', (recipe, reason) => {
    const decoder = new StreamDecoder({ onFormatChange: 'convert' });
    decoder.write(join(first, buildWav({ ...RECIPE, ...recipe })));
    const planar = onKernelMemory('wasm', (memory) => {
      decoder.attach(memory, 1000);
      return memory.planar(2, 1000);
    });
    expect([decoder.read(planar, 1000), decoder.nextTrack()]).toEqual([150, false]);
    expect(decoder.failure?.message).toBe(`track 2, at frame 150: ${reason}`);
  });
});

describe('files put one behind the other', () => {
  it.each<SizeConvention>(['exact', 'ffmpeg', 'sox', 'zero'])(
    'are one stream of 450 frames whatever the header says of the size (%s), and however it is cut',
    (size) => {
      const first = buildWav({ ...RECIPE, size, audio: s16 });
      const second = buildWav({
        ...RECIPE,
        before: [chunk('LIST', 9)],
        audio: s16,
        after: [chunk('id3 ', 7)],
      });
      const third = buildWav({ ...RECIPE, encoding: 's24', audio: encodeSamples(ramp, 's24', false) });
      const bytes = join(first, second, third);
      for (const cut of [[bytes.length], [1], [44, 3], [641, 1, 12], [650]]) {
        const { samples, warnings } = decodeAll(pieces(bytes, cut));
        expect(samples).toEqual([...ramp, ...ramp, ...ramp]);
        expect(warnings).toEqual([]);
      }
    },
  );

  it('of which the second is cut in its header give the first, with one warning', () => {
    const one = buildWav({ ...RECIPE, audio: s16 });
    const { samples, warnings } = decodeAll([join(one, one.subarray(0, 30))]);
    expect(samples).toEqual(ramp);
    expect(warnings).toEqual(['track 2 left out: the input ends inside its header']);
  });

  it('of which the second has another rate give the first and name frame 150 and both formats', () => {
    const decoder = new StreamDecoder();
    const other = buildWav({ ...RECIPE, sampleRate: 48_000, audio: s16 });
    decoder.write(join(buildWav({ ...RECIPE, audio: s16 }), other));
    const planar = onKernelMemory('wasm', (memory) => {
      decoder.attach(memory, 1000);
      return memory.planar(2, 1000);
    });
    expect(decoder.read(planar, 1000)).toBe(150);
    expect(decoder.nextTrack()).toBe(false);
    expect(decoder.read(planar, 1000)).toBe(0);
    expect(decoder.failure?.message).toBe(
      'track 2, at frame 150: 48000 Hz, 2 channels (FL FR); the stream began as 44100 Hz, 2 channels (FL FR)',
    );
    // What still comes is not looked at.
    decoder.write(s16);
    expect(decoder.end()).toEqual({ warnings: [], framesMissing: 0 });
  });

  it('are no tracks in raw samples, where a header is audio', () => {
    const raw = {
      sampleFormat: { encoding: 's16', bigEndian: false },
      sampleRate: 8000,
      channels: 2,
    } as const;
    const one = buildWav({ ...RECIPE, audio: s16 });
    expect(decodeAll([join(one, one)], { raw }).samples.length).toBe(one.length);
  });
});

it('holds back at most 11 bytes, and none of audio that begins no header', () => {
  const finder = new TrackFinder();
  const text = (words: string): Uint8Array => Uint8Array.from(words, (char) => char.charCodeAt(0));
  expect(finder.push(text('abcdef')).before.map(({ length }) => length)).toEqual([6]);
  expect(finder.push(text('abcRIFF1234WAV')).before.map(({ length }) => length)).toEqual([3]);
  expect(finder.push(text('X')).before.map(({ length }) => length)).toEqual([12]);
  expect(finder.push(text('RI')).before).toEqual([]);
  expect(finder.end().length).toBe(2);
});
