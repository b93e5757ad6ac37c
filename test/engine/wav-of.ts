import { Readable } from 'node:stream';
import type { Signal } from '../support/signals.ts';

/** A WAV of 32-bit floats, which keeps every sample as it is. */
export function floatWav(signal: Signal, sampleRate = 48000): Buffer {
  const [channels, frames] = [signal.length, signal[0].length];
  const bytes = Buffer.alloc(44 + 4 * channels * frames);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(3, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * channels * 4, 28);
  bytes.writeUInt16LE(channels * 4, 32);
  bytes.writeUInt16LE(32, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(bytes.length - 44, 40);
  const view = new DataView(bytes.buffer, bytes.byteOffset + 44);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < frames; i++) view.setFloat32(4 * (i * channels + c), signal[c][i], true);
  }
  return bytes;
}

/** Bytes as a stream of chunks of a size. */
export function chunked(bytes: Uint8Array, size = 65536): Readable {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return Readable.from(chunks);
}
