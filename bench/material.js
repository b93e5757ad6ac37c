// What the benches process: the demo piece as arrays and as WAV files.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoPiece } from '../dist/demo/demo-piece.js';
import { wavHeader } from '../test/slow/wav-header.js';

export const RATE = 44100;

const pieces = new Map();

/** The demo piece of a length in seconds, one array a channel; rendered once. */
export function piece(seconds) {
  if (!pieces.has(seconds)) pieces.set(seconds, render(seconds));
  return pieces.get(seconds);
}

/** Its chorus, four seconds with peaks at -3 dBFS: what gives dynamics something to do. */
export const chorus = () => piece(20).map((channel) => channel.subarray(8 * RATE, 12 * RATE));

function render(seconds) {
  const channels = [0, 1].map(() => new Float32Array(Math.round(seconds * RATE)));
  for (const { channels: block, start, frames } of demoPiece({ seconds, sampleRate: RATE })) {
    for (const n of [0, 1]) channels[n].set(block[n].subarray(0, frames), start);
  }
  return channels;
}

/** A piece in blocks of one length, to be gone through over and over; nothing is left over. */
export function blocksOf(channels, frames) {
  return Array.from({ length: Math.floor(channels[0].length / frames) }, (_, block) =>
    channels.map((channel) => channel.subarray(block * frames, (block + 1) * frames)),
  );
}

/** Interleaved s16. */
function s16Of([left, right]) {
  const bytes = Buffer.alloc(4 * left.length);
  for (let i = 0; i < left.length; i++) {
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, left[i])) * 32767), 4 * i);
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, right[i])) * 32767), 4 * i + 2);
  }
  return bytes;
}

let twentySeconds;

/** Writes a stereo s16 WAV: the demo piece of 20 s over and over, cut to length. */
export function writeWav(path, seconds) {
  twentySeconds ??= s16Of(piece(20));
  const total = 4 * Math.round(seconds * RATE);
  const file = openSync(path, 'w');
  writeSync(file, wavHeader(total, RATE));
  for (let done = 0; done < total; done += twentySeconds.length) {
    writeSync(file, twentySeconds, 0, Math.min(twentySeconds.length, total - done));
  }
  closeSync(file);
}

/** Calls `work` with a function that gives paths in a new folder, which is removed afterwards. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-bench-'));
  try {
    return await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
