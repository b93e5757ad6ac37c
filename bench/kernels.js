// What does each kernel cost? Single stages and the whole chain on stereo blocks in memory, both backends.
import { audioFormat } from '../dist/audio/format.js';
import { onKernelMemory } from '../dist/dsp/kernel-memory.js';
import { definePipeline, preparePipeline } from '../dist/graph/pipeline.js';
import { StreamDecoder } from '../dist/io/stream-decoder.js';
import { StreamEncoder } from '../dist/io/stream-encoder.js';
import { nanosecondsPerUnit, printTable } from './measure.js';

export const question =
  'ns per stereo frame of each kernel, 44.1 kHz, blocks of 4096 frames, samples in memory';

const FRAMES = 4096;
const FORMAT = audioFormat(44100, 2);
const BACKENDS = ['reference', 'wasm'];

const EQ = {
  stage: 'eq',
  bands: [
    { freq: 120, gain: 2, q: 1 },
    { freq: 1000, gain: -2, q: 1 },
    { freq: 8000, gain: 2, q: 1 },
  ],
};
const COMPRESSOR = { stage: 'compressor', threshold: -18, ratio: 2, attack: 20, release: 250 };
const LIMITER = { stage: 'limiter', ceiling: -6 };

const CHAINS = {
  gain: [{ stage: 'gain', gain: -3 }],
  'eq, three bands': [EQ],
  'compressor, peak': [COMPRESSOR],
  'compressor, rms': [{ ...COMPRESSOR, detection: 'rms' }],
  'limiter, true peak, at work': [LIMITER],
  'limiter, true peak, at rest': [{ ...LIMITER, ceiling: 0 }],
  'limiter, sample peak, at work': [{ ...LIMITER, mode: 'samplePeak' }],
  'limiter, sample peak, at rest': [{ ...LIMITER, mode: 'samplePeak', ceiling: 0 }],
  analyzer: [{ stage: 'analyzer' }],
  loudness: [{ stage: 'loudness' }],
  'loudness-normalize': [{ stage: 'loudness-normalize' }],
  agc: [{ stage: 'agc' }],
  'eq + compressor + limiter': [EQ, COMPRESSOR, { ...LIMITER, ceiling: -1 }],
};

/** Noise under a slow swell, -3 dBFS at most. */
function programme() {
  let word = 1;
  return [0, 1].map(() =>
    Float32Array.from({ length: FRAMES }, (_, i) => {
      word = (Math.imul(word, 1664525) + 1013904223) | 0;
      return (word / 2 ** 31) * 0.7 * (0.3 + 0.7 * Math.abs(Math.sin(i / 600)));
    }),
  );
}

function chainTask(backend, stages) {
  const { run } = onKernelMemory(backend, (memory) =>
    preparePipeline(definePipeline({ stages }), { format: FORMAT, maxFrames: FRAMES, memory }),
  );
  const input = programme();
  return () => {
    for (let n = 0; n < input.length; n++) run.input[n].set(input[n]);
    run.process(FRAMES);
  };
}

function codecTasks(backend) {
  const raw = { sampleRate: 44100, channels: 2, sampleFormat: { encoding: 's16', bigEndian: false } };
  return onKernelMemory(backend, (memory) => {
    const decoder = new StreamDecoder({ raw });
    const planar = memory.planar(2, FRAMES);
    const encoder = new StreamEncoder({
      format: FORMAT,
      sampleFormat: raw.sampleFormat,
      announcedFrames: null,
      container: 'raw',
      channelMask: 0,
      dither: 'tpdf',
      seed: 0,
      seekable: false,
      memory,
      maxFrames: FRAMES,
    });
    decoder.attach(memory, FRAMES);
    const input = programme();
    for (let n = 0; n < input.length; n++) planar[n].set(input[n]);
    const bytes = Buffer.from(encoder.encode(planar, FRAMES));
    return {
      'decode s16': () => {
        decoder.write(bytes);
        decoder.read(planar, FRAMES);
      },
      'dither + encode s16': () => encoder.encode(planar, FRAMES),
    };
  });
}

export async function run() {
  const rows = [];
  const add = async (kernel, tasks) => {
    const figures = await nanosecondsPerUnit(kernel, FRAMES, tasks);
    rows.push({ kernel, ...figures, ratio: figures.reference / figures.wasm });
  };
  const [reference, wasm] = BACKENDS.map(codecTasks);
  for (const name of Object.keys(wasm)) await add(name, { reference: reference[name], wasm: wasm[name] });
  for (const [name, stages] of Object.entries(CHAINS)) {
    await add(name, Object.fromEntries(BACKENDS.map((backend) => [backend, chainTask(backend, stages)])));
  }
  printTable(rows);
  return rows;
}
