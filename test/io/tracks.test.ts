import { describe, expect, it } from 'vitest';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { StreamDecoder } from '../../src/io/stream-decoder.ts';
import { TrackFinder } from '../../src/io/track-finder.ts';
import { buildWav, chunk, encodeSamples, RECIPE, type SizeConvention } from '../fixtures/wav-corpus.ts';
import { decodeAll, pieces } from './decode-all.ts';

const ramp = Array.from({ length: 300 }, (_, i) => (i - 150) / 256);
const s16 = encodeSamples(ramp, 's16', false);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

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
