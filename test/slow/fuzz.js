// Any bytes: no crash, no hang above 5 s, no memory above 200 MB, no stack trace, no exit code outside the list. Every
// case goes through the decoder, every tenth through a whole run, every four-hundredth through a process of its own.
// In full 200,000 cases; short form 5,000 in at most a minute.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KernelMemory } from '../../dist/dsp/kernel-memory.js';
import { streamSink } from '../../dist/engine/files/output-sink.js';
import { runPipeline } from '../../dist/engine/run/run.js';
import { definePipeline } from '../../dist/graph/pipeline.js';
import { metadataBehind as metadataBehindAudio } from '../../dist/io/metadata-behind.js';
import { StreamDecoder } from '../../dist/io/stream-decoder.js';
import { writeEvidence } from './evidence.js';
import { fuzzCases } from './fuzz-case.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const HANG = 5000;
const MEMORY_MB = 200;
/** 0 and 1: audio and what is none. Whatever comes in, nothing else may come of it. */
const CODES = [0, 1];
const EMPTY = definePipeline({ stages: [] });
const CHAIN = definePipeline({ stages: [{ stage: 'compressor' }, { stage: 'limiter' }] });
const MAX_FRAMES = 512;
/** Written by a process as it ends: the most memory that it had, in KiB. */
const TELL_PEAK =
  "process.on('exit', () => require('fs').writeSync(3, String(process.resourceUsage().maxRSS)));";

setFlagsFromString('--expose-gc');
/** Frees what a thousand cases have left behind, so that what is counted afterwards is what is held. */
const collectGarbage = runInNewContext('gc');

function* pieces({ bytes, pieces: sizes }) {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length];
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

/** What an error tells: nothing when it is one of ours, in one line, about the input. */
function complaint(error) {
  const ours =
    error.name === 'AuralisError' && CODES.includes(error.exitCode) && !error.message.includes('\n');
  return ours ? null : `${error.stack}`;
}

function decode(testCase, onFormatChange) {
  const decoder = new StreamDecoder({ onFormatChange });
  let planar = null;
  const drain = () => {
    if (decoder.header === null) return;
    if (planar === null) {
      const memory = new KernelMemory('reference', 0);
      planar = memory.planar(decoder.header.format.channels, MAX_FRAMES);
      decoder.attach(memory, MAX_FRAMES);
    }
    while (decoder.read(planar, MAX_FRAMES) > 0 || decoder.nextTrack());
  };
  for (const piece of pieces(testCase)) {
    decoder.write(piece);
    drain();
  }
  decoder.end();
  drain();
}

/** A sink that is written over at the end like a file, so that loudness is metered where there is a bext. */
function fileLike() {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const revision = { written: () => 0, patch: async () => {}, truncate: async () => {} };
  return { ...streamSink('out', stream), revision };
}

async function runWhole(testCase, pipeline, onFormatChange) {
  const { bytes } = testCase;
  const input = Readable.from(pieces(testCase));
  const metadataBehind = metadataBehindAudio((at, length) => bytes.subarray(at, at + length));
  const tracks = { onFormatChange, onTrack: bytes.length % 2 === 0 ? 'reset' : 'keep' };
  await runPipeline({ pipeline, input, output: fileLike(), backend: 'reference', metadataBehind, ...tracks });
}

/** What is wrong with how a process ended, or null. */
function complaintOfEnd(code, signal, said) {
  if (signal !== null) return `ended by ${signal}`;
  if (!CODES.includes(code)) return `exit code ${code}: ${said}`;
  return /^ {4}at /m.test(said) ? `a stack trace: ${said}` : null;
}

/** Runs the command on a case, with the script that tells its memory; gives what is wrong with how it ended, or null, and MB. */
function runProcess(testCase, pipeline, tellPeak) {
  const words = [pipeline, '--block-frames', '512', '--on-format-change', 'convert'];
  const child = spawn(process.execPath, ['--require', tellPeak, CLI, ...words], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let peak = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdio[3].on('data', (chunk) => {
    peak += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(testCase.bytes);
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), HANG);
    child.on('close', (code, signal) => {
      clearTimeout(late);
      resolve({ wrong: complaintOfEnd(code, signal, said), megabytes: Number(peak) / 1024 });
    });
  });
}

export async function run({ short }) {
  const count = short ? 5000 : 200_000;
  const processShare = short ? 250 : 400;
  const caseOf = await fuzzCases();
  const folder = mkdtempSync(join(tmpdir(), 'auralis-fuzz-'));
  const pipeline = join(folder, 'chain.json');
  const tellPeak = join(folder, 'tell-peak.cjs');
  writeFileSync(tellPeak, TELL_PEAK);
  writeFileSync(pipeline, JSON.stringify({ stages: [{ stage: 'compressor' }, { stage: 'limiter' }] }));
  const began = performance.now();
  const failures = [];
  const figures = { read: 0, refused: 0, runs: 0, processes: 0, slowest: 0, peak: 0, processPeak: 0 };

  const attempt = async (seed, what, work) => {
    const from = performance.now();
    try {
      await work();
      if (what === 'decoder') figures.read++;
    } catch (error) {
      if (what === 'decoder') figures.refused++;
      const words = complaint(error);
      if (words !== null) failures.push(`seed ${seed}, ${what}: ${words}`);
    }
    const took = performance.now() - from;
    figures.slowest = Math.max(figures.slowest, took);
    if (took > HANG) failures.push(`seed ${seed}, ${what}: took ${took.toFixed(0)} ms`);
  };

  for (let seed = 0; seed < count && failures.length < 20; seed++) {
    const testCase = caseOf(seed);
    const change = seed % 3 === 0 ? 'stop' : 'convert';
    await attempt(seed, 'decoder', () => decode(testCase, change));
    if (seed % 10 === 0) {
      figures.runs++;
      await attempt(seed, 'run', () => runWhole(testCase, seed % 20 === 0 ? EMPTY : CHAIN, change));
    }
    if (seed % processShare === 0) {
      figures.processes++;
      const { wrong, megabytes } = await runProcess(testCase, pipeline, tellPeak);
      if (wrong !== null) failures.push(`seed ${seed}, process: ${wrong}`);
      figures.processPeak = Math.max(figures.processPeak, megabytes);
    }
    if (seed % 1000 === 0) {
      collectGarbage();
      figures.peak = Math.max(figures.peak, process.memoryUsage.rss() / 2 ** 20);
    }
  }
  rmSync(folder, { recursive: true });
  const { read, refused, runs, processes, slowest, peak, processPeak } = figures;
  for (const most of [peak, processPeak]) {
    if (!(most > 0 && most <= MEMORY_MB))
      failures.push(`memory: ${most.toFixed(0)} MB, at most ${MEMORY_MB}`);
  }
  const lines = [
    `${read + refused} cases: ${read} read to their end, ${refused} refused in one line with code 1`,
    `${runs} of them through a whole run, ${processes} through a process of their own`,
    `slowest ${slowest.toFixed(0)} ms (limit ${HANG})`,
    `memory: ${processPeak.toFixed(0)} MB at most in a process of a case's own, ${peak.toFixed(0)} MB in the fuzzer (limit ${MEMORY_MB})`,
    `${((performance.now() - began) / 1000).toFixed(0)} s`,
  ];
  for (const line of [...lines, ...failures]) console.log(line);
  console.log(failures.length === 0 ? 'fuzz: passed' : 'fuzz: FAILED');
  if (!short)
    writeEvidence(
      'fuzz',
      'Any bytes',
      lines.map((line) => `- ${line}`),
    );
  return failures.length === 0;
}
