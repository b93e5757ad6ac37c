// How fast and how clean is the resampler? The whole process against ffmpeg's two resamplers, and the kernel against
// libsamplerate in WebAssembly; with the error that each leaves of a tone at 0.9 of the smaller Nyquist frequency.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import libsamplerate from '@alexanderolsen/libsamplerate-js';
import { onKernelMemory, StateMemory } from '../dist/dsp/kernel-memory.js';
import { Resampler } from '../dist/dsp/rate/resampler.js';
import { nanosecondsPerUnit, printTable, timeCommand, timeCommands } from './measure.js';
import { peers } from './peers.js';

const { ConverterType, create } = libsamplerate;

export const question =
  'changing the rate of 30 s of stereo 32-bit float: seconds for whole processes, ns per stereo output frame in memory';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const SECONDS = 30;
const PAIRS = [
  [44100, 48000],
  [48000, 44100],
  [96000, 44100],
];
const QUALITIES = ['fast', 'good', 'best'];
const AMPLITUDE = 0.9;

const toneFor = (from, to) => 0.9 * (Math.min(from, to) / 2);

/** A stereo tone without a header, and its frequency. */
function writeTone(file, rate, freq) {
  const fd = openSync(file, 'w');
  const block = new Float32Array(2 * rate);
  for (let second = 0; second < SECONDS; second++) {
    for (let i = 0; i < rate; i++) {
      block[2 * i] = AMPLITUDE * Math.sin(2 * Math.PI * ((freq * (second * rate + i)) / rate));
      block[2 * i + 1] = block[2 * i];
    }
    writeSync(fd, new Uint8Array(block.buffer));
  }
  closeSync(fd);
}

/** What is left of a tone, in dB of it, when the best-fitting sine of its frequency is taken away; a second from the middle. */
function errorDb(left, rate, freq) {
  const from = Math.floor(left.length / 2);
  let [a, b, sum] = [0, 0, 0];
  const phase = (i) => 2 * Math.PI * freq * (i / rate);
  for (let i = 0; i < rate; i++) {
    a += (2 / rate) * left[from + i] * Math.cos(phase(i));
    b += (2 / rate) * left[from + i] * Math.sin(phase(i));
  }
  for (let i = 0; i < rate; i++) {
    sum += (left[from + i] - a * Math.cos(phase(i)) - b * Math.sin(phase(i))) ** 2;
  }
  return 10 * Math.log10(sum / rate / (AMPLITUDE ** 2 / 2));
}

const leftOf = (file) => {
  const bytes = readFileSync(file);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return Float32Array.from({ length: all.length / 2 }, (_, i) => all[2 * i]);
};

async function processes(folder, from, to) {
  const freq = toneFor(from, to);
  const input = join(folder, 'in.raw');
  writeTone(input, from, freq);
  const raw = (rate) => `-f f32le -ar ${rate} -ac 2`;
  const commands = Object.fromEntries(
    QUALITIES.map((quality) => {
      const pipeline = join(folder, `${quality}.json`);
      writeFileSync(pipeline, JSON.stringify({ stages: [{ stage: 'resample', rate: to, quality }] }));
      return [`auralis ${quality}`, `node ${CLI} ${pipeline} --raw f32le:${from}:2 ${input} OUT -f`];
    }),
  );
  if (peers.ffmpeg) {
    const ffmpeg = (resampler) =>
      `ffmpeg -v error -y ${raw(from)} -i ${input} -af aresample=${to}:${resampler} ${raw(to)} OUT`;
    commands['ffmpeg swr'] = ffmpeg('filter_size=32');
    commands['ffmpeg soxr, 20 bits'] = ffmpeg('resampler=soxr');
    commands['ffmpeg soxr, 28 bits'] = ffmpeg('resampler=soxr:precision=28');
  }
  const out = join(folder, 'out.raw');
  const errors = Object.fromEntries(
    Object.entries(commands).map(([name, command]) => {
      timeCommand(command.replace('OUT', out));
      return [name, errorDb(leftOf(out), to, freq)];
    }),
  );
  const timed = Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [name, command.replace('OUT', out)]),
  );
  return Object.entries(await timeCommands(timed, 2)).map(([name, { wall, cpu }]) => ({
    from,
    to,
    what: name,
    wall: wall.median,
    cpu: cpu.median,
    'error dB': errors[name],
  }));
}

const FRAMES = 4096;

function kernelTask(from, to, quality) {
  return onKernelMemory('wasm', (memory) => {
    const spec = { channels: 2, from, to, maxFrames: FRAMES, quality };
    const resampler = new Resampler(new StateMemory(memory), spec);
    const input = memory.planar(2, FRAMES);
    const output = memory.planar(2, resampler.maxFramesOut);
    for (const channel of input)
      channel.forEach((_, i) => {
        channel[i] = Math.sin(i / 7);
      });
    return () => resampler.process(input, output, FRAMES);
  });
}

async function inMemory(from, to, full) {
  const tasks = Object.fromEntries(
    QUALITIES.map((quality) => [`auralis ${quality}`, kernelTask(from, to, quality)]),
  );
  const input = Float32Array.from({ length: 2 * FRAMES }, (_, i) => Math.sin((i >> 1) / 7));
  const kinds = { medium: ConverterType.SRC_SINC_MEDIUM_QUALITY, best: ConverterType.SRC_SINC_BEST_QUALITY };
  for (const [name, converterType] of Object.entries(kinds)) {
    const peer = await create(2, from, to, { converterType });
    tasks[`libsamplerate ${name}`] = () => peer.full(input);
  }
  const figures = await nanosecondsPerUnit((FRAMES * to) / from, tasks, { full });
  return Object.entries(figures).map(([what, ns]) => ({ from, to, what, 'ns a frame': ns.median }));
}

export async function run({ full }) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-bench-'));
  const rows = [];
  try {
    for (const [from, to] of PAIRS) rows.push(...(await processes(folder, from, to)));
  } finally {
    rmSync(folder, { recursive: true });
  }
  printTable(rows);
  const kernels = [];
  for (const [from, to] of PAIRS) kernels.push(...(await inMemory(from, to, full)));
  printTable(kernels);
  return { rows, kernels };
}
