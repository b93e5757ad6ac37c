import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat, layoutFromMask } from '../../src/audio/format.ts';
import { type BackendName, onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { ENCODINGS, type SampleEncoding } from '../../src/io/sample-format.ts';
import { StreamEncoder, type StreamEncoderOptions } from '../../src/io/stream-encoder.ts';
import { writeWavHeader } from '../../src/io/write-wav-header.ts';
import { whiteNoise } from '../support/white-noise.ts';
import { decodeAll, pieces } from './decode-all.ts';

const encodings = Object.keys(ENCODINGS) as SampleEncoding[];
const exact = encodings.filter((encoding) => ENCODINGS[encoding].fitsFloat32);
const backends = ['wasm', 'reference'] as const;

interface Setup extends Partial<StreamEncoderOptions> {
  readonly encoding?: SampleEncoding;
  readonly backend?: BackendName;
  /** Sizes of the blocks; the last one repeats. */
  readonly blocks?: readonly number[];
}

const onMemory = ({ encoding = 's16', backend = 'wasm', ...options }: Setup, channels: number) =>
  onKernelMemory(backend, (memory) => {
    const maxFrames = options.maxFrames ?? 4096;
    const encoder = new StreamEncoder({
      format: audioFormat(44100, channels),
      sampleFormat: { encoding, bigEndian: false },
      announcedFrames: null,
      container: 'wav',
      channelMask: channels === 1 ? 4 : channels === 2 ? 3 : 0,
      dither: 'none',
      seed: 1,
      seekable: false,
      ...options,
      memory,
      maxFrames,
    });
    return { encoder, planar: memory.planar(channels, maxFrames) };
  });

/** Encodes whole signals, one array a channel. */
function encodeAll(signals: readonly Float32Array[], setup: Setup = {}) {
  const { encoder, planar } = onMemory(setup, signals.length);
  const { blocks = [4096] } = setup;
  const audio: Uint8Array[] = [];
  for (let at = 0, i = 0; at < signals[0].length; i++) {
    const frames = Math.min(blocks[Math.min(i, blocks.length - 1)], signals[0].length - at);
    signals.forEach((signal, c) => {
      planar[c].set(signal.subarray(at, at + frames));
    });
    audio.push(encoder.encode(planar, frames).slice());
    at += frames;
  }
  const end = encoder.end();
  const header = encoder.header();
  const bytes = Buffer.concat([header, ...audio, end.tail]);
  const patched = Buffer.from(bytes);
  for (const patch of end.patches) patched.set(patch.bytes, patch.position);
  return { encoder, header, bytes, patched, payload: bytes.subarray(header.length), end };
}

const s16 = (payload: Uint8Array): Int16Array =>
  new Int16Array(payload.buffer.slice(payload.byteOffset, payload.byteOffset + (payload.length & ~1)));
const ids = (bytes: Buffer): string[] => {
  const found = [bytes.toString('latin1', 0, 4)];
  for (let at = 12; at + 8 <= bytes.length && found.at(-1) !== 'data'; ) {
    found.push(bytes.toString('latin1', at, at + 4));
    at += 8 + bytes.readUInt32LE(at + 4);
  }
  return found;
};

describe.each(backends)('the bytes of samples, %s', (backend) => {
  it.each(exact)(
    '%s: decoding and encoding again changes no bit, for any chunking and 1 to 6 channels',
    (encoding) => {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 0, maxLength: 600 }),
          fc.constantFrom(1, 2, 3, 6),
          fc.boolean(),
          fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
          (random, channels, bigEndian, blocks) => {
            const { bytes, isFloat } = ENCODINGS[encoding];
            const frames = Math.floor(random.length / bytes / channels);
            const input = random.subarray(0, frames * bytes * channels);
            for (let at = 0; at < input.length; at += bytes) {
              // No NaN, whose bits the language does not keep, and no bits that 24 in 32 ignores.
              if (isFloat) input[bigEndian ? at : at + 3] &= 0xbf;
              if (encoding === 's24in32') input[bigEndian ? at + 3 : at] = 0;
            }
            const sampleFormat = { encoding, bigEndian };
            const raw = { sampleFormat, sampleRate: 44100, channels };
            const { samples } = decodeAll(pieces(input, blocks), { raw, backend });
            const signals = Array.from({ length: channels }, (_, c) =>
              Float32Array.from({ length: frames }, (_, i) => samples[i * channels + c]),
            );
            const output = encodeAll(signals, { encoding, sampleFormat, container: 'raw', backend, blocks });
            expect(Buffer.compare(output.bytes, input)).toBe(0);
            expect(output.encoder.clippedSamples).toBe(0);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('are clipped and counted beyond the range of integers, and 0 for NaN', () => {
    const signal = Float32Array.of(1, -1, 1.5, -1.5, Infinity, -Infinity, NaN, 0.99999, 1000, -1000);
    for (const encoding of ['u8', 's16', 's24', 's24in32', 's32'] as const) {
      const { bytes, encoder } = encodeAll([signal], { encoding, backend });
      const top = 1 - 1 / ENCODINGS[encoding].fullScale;
      // 0.99999 is above the largest value of 8 and 16 bits by less and by more than half a step.
      const near = encoding === 'u8' || encoding === 's16' ? top : signal[7];
      const expected = [top, -1, top, -1, top, -1, 0, near, top, -1];
      decodeAll([bytes], { backend }).samples.forEach((sample, i) => {
        expect(sample).toBeCloseTo(expected[i], encoding === 'u8' ? 12 : 6);
      });
      expect(encoder.clippedSamples).toBe(encoding === 'u8' || encoding === 's16' ? 8 : 7);
    }
    expect([...s16(encodeAll([signal], { backend, dither: 'tpdf' }).payload).slice(2, 6)]).toEqual([
      32767, -32768, 32767, -32768,
    ]);
  });

  it('are rounded to nearest, ties to even', () => {
    const steps = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.499, -0.501];
    const rounded = [0, 2, 2, 0, -2, -2, 0, -1];
    expect([...s16(encodeAll([Float32Array.from(steps, (x) => x / 32768)], { backend }).payload)]).toEqual(
      rounded,
    );
    const wide = encodeAll([Float32Array.from(steps, (x) => x / 2 ** 23)], { encoding: 's24in32', backend });
    const values = new Int32Array(wide.payload.buffer.slice(wide.payload.byteOffset)).slice(0, 8);
    expect([...values].map((value) => value / 256 + 0)).toEqual(rounded);
  });

  it('are 64-bit floats equal to the 32-bit ones they come from', () => {
    const signal = whiteNoise(501);
    const { payload } = encodeAll([signal], { encoding: 'f64', backend });
    expect(new Float64Array(payload.buffer.slice(payload.byteOffset, payload.byteOffset + 4008))).toEqual(
      Float64Array.from(signal),
    );
  });
});

describe('both backends', () => {
  it.each(encodings)(
    '%s: give the same bytes and count the same clips, with and without dither',
    (encoding) => {
      for (const channels of [1, 2, 5]) {
        const signals = Array.from({ length: channels }, (_, c) =>
          whiteNoise(10_001, c + 1).map((x, i) => x * (i % 3 ? 1.2 : 1e-6) * (i > 3000 && i < 9000 ? 0 : 1)),
        );
        for (const dither of ['none', 'tpdf'] as const) {
          const [a, b] = backends.map((backend) => encodeAll(signals, { encoding, dither, backend }));
          expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
          expect(a.encoder.clippedSamples).toBe(b.encoder.clippedSamples);
        }
      }
    },
  );

  it('give bytes whose hash is known, so that no platform gives others', () => {
    const signals = [whiteNoise(20_000, 1), whiteNoise(20_000, 2)];
    for (const backend of backends) {
      const { payload } = encodeAll(signals, { dither: 'tpdf', seed: 42, backend });
      expect(createHash('sha256').update(payload).digest('hex').slice(0, 16)).toBe('afc8fd77391950fe');
    }
  });
});

describe('dither', () => {
  it('does not depend on how the stream is cut: 50 random cuttings give the same bytes', () => {
    const signals = [1, 2].map((seed) => whiteNoise(12_000, seed).map((x, i) => (i % 8000 < 6000 ? 0 : x)));
    const whole = encodeAll(signals, { dither: 'tpdf' }).bytes;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4096 }), { minLength: 1, maxLength: 10 }), (blocks) => {
        expect(Buffer.compare(encodeAll(signals, { dither: 'tpdf', blocks }).bytes, whole)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves an error of mean 0 +- 0.003 and variance 1/4 +- 0.002 LSB^2 whatever the level', () => {
    for (const level of [0.25, 1000.37]) {
      const signal = new Float32Array(400_000).fill(level / 32768);
      const out = s16(encodeAll([signal], { dither: 'tpdf' }).payload);
      const errors = Array.from(out, (value) => value - signal[0] * 32768);
      const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
      const variance = errors.reduce((sum, e) => sum + e * e, 0) / errors.length - mean * mean;
      expect(Math.abs(mean)).toBeLessThan(0.003);
      expect(Math.abs(variance - 0.25)).toBeLessThan(0.002);
    }
  });

  it('keeps a sine of -100 dBFS at -100 +- 0.3 dBFS in 16 bits, where plain rounding gives silence', () => {
    const frames = 441_000;
    const sine = Float32Array.from(
      { length: frames },
      (_, i) => 1e-5 * Math.sin((2 * Math.PI * 1000 * i) / 44100),
    );
    const levelOf = (dither: 'none' | 'tpdf'): number => {
      let re = 0;
      let im = 0;
      s16(encodeAll([sine], { dither }).payload).forEach((value, i) => {
        re += value * Math.cos((2 * Math.PI * 1000 * i) / 44100);
        im += value * Math.sin((2 * Math.PI * 1000 * i) / 44100);
      });
      return 20 * Math.log10((2 * Math.hypot(re, im)) / frames / 32768);
    };
    expect(levelOf('none')).toBe(-Infinity);
    expect(Math.abs(levelOf('tpdf') + 100)).toBeLessThan(0.3);
  });

  it('goes on for 100 ms of exact zeros, 4410 frames, and is still from there to the end of the silence', () => {
    const left = new Float32Array(20_000);
    left[3000] = 0.5;
    left[12_000] = -0.5;
    const right = new Float32Array(20_000).fill(0.25);
    for (const encoding of ['s16', 'u8'] as const) {
      const { bytes } = encodeAll([left, right], { encoding, dither: 'tpdf', blocks: [777] });
      const { samples } = decodeAll([bytes]);
      const channel = samples.filter((_, i) => i % 2 === 0);
      const silent = (from: number, to: number) => channel.slice(from, to).every((x) => x === 0);
      expect(silent(3001 + 4410, 12_000)).toBe(true);
      expect(silent(12_001 + 4410, 20_000)).toBe(true);
      for (const from of [0, 2950, 3001, 3001 + 4360, 12_001, 12_001 + 4360]) {
        expect(silent(from, from + 50)).toBe(false);
      }
      const kept = samples.filter((_, i) => i % 2 === 1);
      expect(new Set(kept.slice(8000, 11_000)).size).toBeGreaterThan(2);
    }
  });
});

describe('the header', () => {
  it.each<[SampleEncoding, number, number, number, string]>([
    ['u8', 1, 4, 44, 'RIFF fmt  data'],
    ['s16', 2, 3, 44, 'RIFF fmt  data'],
    ['s16', 2, 0x30, 68, 'RIFF fmt  data'],
    ['s16', 6, 0x3f, 68, 'RIFF fmt  data'],
    ['s24', 2, 3, 68, 'RIFF fmt  data'],
    ['s24in32', 1, 4, 68, 'RIFF fmt  data'],
    ['f32', 2, 3, 58, 'RIFF fmt  fact data'],
    ['f64', 1, 4, 58, 'RIFF fmt  fact data'],
    ['f32', 6, 0x60f, 80, 'RIFF fmt  fact data'],
  ])(
    'of %s with %i channels and mask %i has %i bytes: %s',
    (encoding, channels, channelMask, length, chunks) => {
      const format = audioFormat(44100, channels, layoutFromMask(channelMask, channels));
      const signals = Array.from({ length: channels }, () => new Float32Array(10));
      const { header, bytes } = encodeAll(signals, { encoding, format, channelMask, announcedFrames: 10 });
      expect(header.length).toBe(length);
      expect(ids(bytes)).toEqual(chunks.split(/ (?! )/).map((id) => id.padEnd(4)));
      const decoded = decodeAll([bytes]);
      expect(decoded.header).toMatchObject({ announcedFrames: 10, channelMask, format });
      expect(decoded.header.sampleFormat.encoding).toBe(encoding);
      expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    },
  );

  it('says 0xFFFFFFFF twice when the length is not known, and nothing else is added on a pipe', () => {
    const { bytes, end } = encodeAll([new Float32Array(11)], { encoding: 'u8' });
    expect(bytes.length).toBe(44 + 11);
    expect([bytes.readUInt32LE(4), bytes.readUInt32LE(40)]).toEqual([0xffffffff, 0xffffffff]);
    expect(end).toEqual({ tail: new Uint8Array(0), patches: [] });
  });

  it('has 0 frames in the fact chunk while the length is not known, and the true number at the end', () => {
    const { bytes, patched } = encodeAll([new Float32Array(11)], { encoding: 'f32', seekable: true });
    expect([bytes.readUInt32LE(82), patched.readUInt32LE(82)]).toEqual([0, 11]);
  });

  it('is set right at the end of a seekable output, which keeps 36 bytes for 64-bit sizes', () => {
    const signals = [new Float32Array(11)];
    const { bytes, patched } = encodeAll(signals, { encoding: 'u8', seekable: true });
    expect(ids(bytes)).toEqual(['RIFF', 'JUNK', 'fmt ', 'data']);
    expect(bytes.length).toBe(44 + 36 + 11 + 1);
    expect(patched.readUInt32LE(4)).toBe(patched.length - 8);
    expect(decodeAll([patched])).toMatchObject({ header: { announcedFrames: 11 }, warnings: [] });
    const short = encodeAll(signals, { seekable: true, announcedFrames: 12 });
    expect(decodeAll([short.bytes]).framesMissing).toBe(1);
    expect(decodeAll([short.patched]).warnings).toEqual([]);
    expect(encodeAll(signals, { seekable: true, announcedFrames: 11 }).end.patches).toEqual([]);
  });

  it('has a pad byte behind an odd length that it announces, and none behind one it missed', () => {
    const signals = [new Float32Array(11)];
    expect(encodeAll(signals, { encoding: 's24', announcedFrames: 11 }).end.tail.length).toBe(1);
    expect(encodeAll(signals, { encoding: 's24', announcedFrames: 12 }).end.tail.length).toBe(0);
    expect(encodeAll(signals, { encoding: 's16', announcedFrames: 11 }).end.tail.length).toBe(0);
  });

  it('is RF64 from the first frame that 32-bit sizes can not count', () => {
    const at = (announcedFrames: number) => Buffer.from(onMemory({ announcedFrames }, 2).encoder.header());
    expect(ids(at(2 ** 30 - 100))).toEqual(['RIFF', 'fmt ', 'data']);
    const long = at(3 * 2 ** 30);
    expect(ids(Buffer.from(long))).toEqual(['RF64', 'ds64', 'fmt ', 'data']);
    expect(long.readBigUInt64LE(28)).toBe(3n * 2n ** 32n);
    expect(long.readBigUInt64LE(20)).toBe(3n * 2n ** 32n + BigInt(long.length) - 8n);
    expect(long.readBigUInt64LE(36)).toBe(3n * 2n ** 30n);
    expect(decodeAll([long]).header.announcedFrames).toBe(3 * 2 ** 30);
  });

  it('can become RF64 in place when a seekable output has grown past 4 GiB', () => {
    const wave = { format: audioFormat(44100, 2), encoding: 'f32', channelMask: 3 } as const;
    const room = { ...wave, longSizes: true };
    const [first, last] = [null, 2 ** 30].map((frames) => Buffer.from(writeWavHeader(room, frames)));
    expect(ids(first)).toEqual(['RIFF', 'JUNK', 'fmt ', 'fact', 'data']);
    expect(ids(last)).toEqual(['RF64', 'ds64', 'fmt ', 'fact', 'data']);
    expect(last.length).toBe(first.length);
    expect(decodeAll([last]).header.announcedFrames).toBe(2 ** 30);
    const noRoom = Buffer.from(writeWavHeader({ ...wave, longSizes: false }, 2 ** 30));
    expect([noRoom.readUInt32LE(4), noRoom.readUInt32LE(54)]).toEqual([0xffffffff, 0xffffffff]);
  });

  it('is absent from raw output, which may be big-endian', () => {
    const sampleFormat = { encoding: 's16', bigEndian: true } as const;
    const signals = [Float32Array.of(0.5, -0.25)];
    const raw = encodeAll(signals, { container: 'raw', sampleFormat, seekable: true });
    expect([...raw.bytes]).toEqual([0x40, 0, 0xe0, 0]);
    expect(raw.end).toEqual({ tail: new Uint8Array(0), patches: [] });
    expect([...encodeAll(signals, { sampleFormat }).payload]).toEqual([0, 0x40, 0, 0xe0]);
  });
});
