import { describe, expect, it } from 'vitest';
import wav from 'wav';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { StreamEncoder } from '../../src/io/stream-encoder.ts';
import { whiteNoise } from '../support/white-noise.ts';
import { decodeAll, pieces } from './decode-all.ts';

const signal = whiteNoise(2000).map((x) => Math.round(x * 32767) / 32768);

/** Our 16-bit WAV of the signal on two channels. */
function written(announcedFrames: number | null): Buffer {
  return onKernelMemory('wasm', (memory) => {
    const encoder = new StreamEncoder({
      format: audioFormat(44100, 2),
      sampleFormat: { encoding: 's16', bigEndian: false },
      announcedFrames,
      container: 'wav',
      channelMask: 3,
      dither: 'none',
      seed: 0,
      seekable: false,
      memory,
      maxFrames: 2000,
    });
    const planar = memory.planar(2, 2000);
    for (const channel of planar) channel.set(signal);
    return Buffer.concat([encoder.header(), encoder.encode(planar, 2000)]);
  });
}

/** What a stream of the package gives for the bytes written to it. */
function through(stream: wav.Reader | wav.Writer, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(Buffer.from(part)));
    stream.on('end', () => resolve(Buffer.concat(parts)));
    stream.on('error', reject);
    for (const piece of pieces(bytes, [1234])) stream.write(piece);
    stream.end();
  });
}

describe('the npm package wav', () => {
  it.each([2000, null])('reads the 16-bit PCM that we write, %s frames announced', async (frames) => {
    const bytes = written(frames);
    const reader = new wav.Reader();
    let format: wav.Format | undefined;
    reader.on('format', (found: wav.Format) => {
      format = found;
    });
    const payload = await through(reader, bytes);
    expect(Buffer.compare(payload, bytes.subarray(44))).toBe(0);
    expect(format).toMatchObject({
      audioFormat: 1,
      channels: 2,
      sampleRate: 44100,
      bitDepth: 16,
      blockAlign: 4,
    });
  });

  it('writes what we read to the last bit, its 4 GiB placeholder included', async () => {
    const payload = written(2000).subarray(44);
    const writer = new wav.Writer({ channels: 2, sampleRate: 44100, bitDepth: 16 });
    const decoded = decodeAll([await through(writer, payload)]);
    expect(decoded.header.announcedFrames).toBeNull();
    expect(decoded.warnings).toEqual([]);
    expect(decoded.samples).toEqual(Array.from(signal).flatMap((x) => [x, x]));
  });
});
