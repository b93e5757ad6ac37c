// Generated tracks for batches: mixed formats, lengths and rates, in two folders, the same for the same seed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RATES = [44100, 48000, 88200, 96000];
const KINDS = ['s16', 's24', 'f32', 'au'];

/** Interleaved noise under a swell, from -1 to 1. */
function samples(count, seed) {
  let word = seed;
  return Float32Array.from({ length: count }, (_, at) => {
    word = (Math.imul(word, 1664525) + 1013904223) | 0;
    return (word / 2 ** 31) * 0.8 * (0.1 + 0.9 * Math.abs(Math.sin((3 * Math.PI * at) / count)));
  });
}

function wav(kind, values, sampleRate, channels) {
  const width = { s16: 2, s24: 3, f32: 4 }[kind];
  const bytes = Buffer.alloc(44 + values.length * width);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(kind === 'f32' ? 3 : 1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * channels * width, 28);
  bytes.writeUInt16LE(channels * width, 32);
  bytes.writeUInt16LE(8 * width, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(values.length * width, 40);
  values.forEach((value, n) => {
    const at = 44 + n * width;
    if (kind === 'f32') bytes.writeFloatLE(value, at);
    else bytes.writeIntLE(Math.round(value * (2 ** (8 * width - 1) - 1)), at, width);
  });
  return bytes;
}

function au(values, sampleRate, channels) {
  const bytes = Buffer.alloc(24 + 2 * values.length);
  bytes.write('.snd', 0);
  [24, 2 * values.length, 3, sampleRate, channels].forEach((value, n) => {
    bytes.writeUInt32BE(value, 4 + 4 * n);
  });
  values.forEach((value, n) => {
    bytes.writeInt16BE(Math.round(value * 32767), 24 + 2 * n);
  });
  return bytes;
}

/** Writes `count` tracks of up to `longest` seconds, the last two of them broken, into A and B under `folder`. */
export function writeCorpus(folder, count, longest) {
  for (const name of ['A', 'B']) mkdirSync(join(folder, name), { recursive: true });
  for (let n = 0; n < count; n++) {
    const place = join(folder, n % 2 ? 'B' : 'A');
    const name = `track${String(n).padStart(2, '0')}`;
    if (n >= count - 2) {
      writeFileSync(join(place, `${name}.wav`), n % 2 ? 'no audio at all' : 'RIFF\0\0\0\0WAVEfmt ');
      continue;
    }
    const [kind, sampleRate, channels] = [KINDS[n % 4], RATES[(n >> 2) % 4], n % 5 === 0 ? 1 : 2];
    const seconds = longest * (0.3 + 0.7 * (((n * 7) % count) / count));
    const values = samples(Math.round(seconds * sampleRate) * channels, n + 1);
    const bytes = kind === 'au' ? au(values, sampleRate, channels) : wav(kind, values, sampleRate, channels);
    writeFileSync(join(place, `${name}.${kind === 'au' ? 'au' : 'wav'}`), bytes);
  }
}
