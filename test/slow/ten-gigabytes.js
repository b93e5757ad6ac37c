// Ten GB of RF64 through stdin, generated on the way and never stored: the output has the right sizes in its header, as
// many frames as came in, and every byte. Short form: a little more than 4 GiB, where 32 bits end.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeEvidence } from './evidence.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const RATE = 96000;
const CHANNELS = 2;
const FRAME_BYTES = CHANNELS * 4;
const PIECE_BYTES = 1 << 20;

/** An RF64 header for 32-bit float samples: ds64, fmt, data. */
function header(dataBytes) {
  const bytes = Buffer.alloc(80);
  bytes.write('RF64', 0);
  bytes.writeUInt32LE(0xffffffff, 4);
  bytes.write('WAVEds64', 8);
  bytes.writeUInt32LE(28, 16);
  bytes.writeBigUInt64LE(BigInt(dataBytes + 72), 20);
  bytes.writeBigUInt64LE(BigInt(dataBytes), 28);
  bytes.writeBigUInt64LE(BigInt(dataBytes / FRAME_BYTES), 36);
  bytes.write('fmt ', 48);
  bytes.writeUInt32LE(16, 52);
  bytes.writeUInt16LE(3, 56);
  bytes.writeUInt16LE(CHANNELS, 58);
  bytes.writeUInt32LE(RATE, 60);
  bytes.writeUInt32LE(RATE * FRAME_BYTES, 64);
  bytes.writeUInt16LE(FRAME_BYTES, 68);
  bytes.writeUInt16LE(32, 70);
  bytes.write('data', 72);
  bytes.writeUInt32LE(0xffffffff, 76);
  return bytes;
}

/** Audio of which no two pieces in a row are equal, so that a lost or doubled one shows. */
function piece(n) {
  const samples = new Float32Array(PIECE_BYTES / 4);
  for (let i = 0; i < samples.length; i++) samples[i] = ((i * 7 + n * 13) % 4001) / 4096 - 0.5;
  return Buffer.from(samples.buffer);
}

/** The chunks of the header that came out: RF64 sizes, and where the audio begins. */
function readHeader(bytes) {
  const ds64 = bytes.indexOf('ds64');
  const data = bytes.indexOf('data');
  const u64 = (at) => Number(bytes.readBigUInt64LE(at));
  return {
    magic: bytes.toString('latin1', 0, 4),
    riffBytes: u64(ds64 + 8),
    dataBytes: u64(ds64 + 16),
    frames: u64(ds64 + 24),
    audioAt: data + 8,
  };
}

async function carry(dataBytes) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-ten-'));
  const pipeline = join(folder, 'empty.json');
  writeFileSync(pipeline, '{"stages":[]}');
  const child = spawn(process.execPath, [CLI, pipeline], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const sums = [createHash('md5'), createHash('md5')];
  let head = Buffer.alloc(0);
  let found = null;
  let bytesOut = 0;
  child.stdout.on('data', (chunk) => {
    let audio = chunk;
    if (found === null) {
      head = Buffer.concat([head, chunk]);
      if (head.indexOf('data') < 0 || head.length < 200) return;
      found = readHeader(head);
      audio = head.subarray(found.audioAt);
    }
    bytesOut += audio.length;
    sums[1].update(audio);
  });
  const ended = once(child.stdout, 'end');
  const pieces = [0, 1, 2].map(piece);
  child.stdin.write(header(dataBytes));
  for (let at = 0, n = 0; at < dataBytes; at += PIECE_BYTES, n++) {
    const next = pieces[n % 3];
    sums[0].update(next);
    if (!child.stdin.write(next)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [code] = await exit;
  await ended;
  rmSync(folder, { recursive: true });
  const [before, after] = sums.map((sum) => sum.digest('hex'));
  return { code, ...found, bytesOut, same: before === after };
}

export async function run({ short }) {
  const wanted = short ? 2 ** 32 + 2 ** 27 : 10e9;
  const dataBytes = Math.ceil(wanted / PIECE_BYTES) * PIECE_BYTES;
  const began = performance.now();
  const result = await carry(dataBytes);
  const seconds = (performance.now() - began) / 1000;
  const frames = dataBytes / FRAME_BYTES;
  const passed =
    result.code === 0 &&
    result.magic === 'RF64' &&
    result.dataBytes === dataBytes &&
    result.frames === frames &&
    result.riffBytes === dataBytes + result.audioAt - 8 &&
    result.bytesOut === dataBytes &&
    result.same;
  const lines = [
    `${dataBytes} bytes in, ${result.bytesOut} out, ${result.same ? 'the same' : 'NOT the same'}, exit code ${result.code}`,
    `header: ${result.magic}, ${result.dataBytes} bytes of audio, ${result.frames} frames (${frames} expected)`,
    `${seconds.toFixed(0)} s, ${(dataBytes / seconds / 1e6).toFixed(0)} MB/s`,
  ];
  for (const line of lines) console.log(line);
  console.log(passed ? 'ten-gigabytes: passed' : 'ten-gigabytes: FAILED');
  if (!short)
    writeEvidence(
      'ten-gigabytes',
      'Ten gigabytes of RF64 through a pipe',
      lines.map((line) => `- ${line}`),
    );
  return passed;
}
