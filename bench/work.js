// npm run bench:work [-- --update]: counts work, not time, so that it can fail a build on any machine. Every shipped pipeline
// goes through the engine as it does in a shell; what a block or a megabyte costs is held against bench/work.json.
// The script must run without the optimising compilers, so that what is allocated does not depend on when they come.
import { spawnSync } from 'node:child_process';
import fs, { openSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { audioFormat } from '../dist/audio/format.js';
import { onKernelMemory } from '../dist/dsp/kernel-memory.js';
import { descriptorSink } from '../dist/engine/files/output-sink.js';
import { rotatingReader } from '../dist/engine/files/rotating-reader.js';
import { readPipelineFile, shippedPipelines } from '../dist/engine/pipelines/pipeline-files.js';
import { runPipeline } from '../dist/engine/run/run.js';
import { loadPipelineStages, preparePipeline } from '../dist/graph/pipeline.js';
import { blocksOf, inFolder, piece, RATE, writeWav } from './material.js';

const FLAGS = ['--expose-gc', '--no-opt', '--no-sparkplug'];
/** A young generation that holds all that `AT_ONCE` blocks leave, so that none of it is collected on the way. */
const ROOM = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
const EXPECTED = new URL('./work.json', import.meta.url);
const FRAMES = 4096;
const BLOCKS = 500;
const AT_ONCE = 25;
const HEAP_STEP = 64;

/**
 * Garbage depends a little on Node's version, how many buffers are under way on when the system is done with them, and what
 * decisions leave on when the last one was.
 */
const LIMITS = {
  garbageBytes: (expected) => 1.1 * expected + HEAP_STEP,
  keptBytes: (expected) => (expected > 0 ? expected + 4 * HEAP_STEP : 0),
  buffersPerMB: (expected) => expected + 2,
};

const counts = { kernelCalls: 0, kernelCopies: 0, viewCopies: 0, views: 0, reads: 0, writes: 0, buffers: 0 };
const zero = () => {
  for (const name of Object.keys(counts)) counts[name] = 0;
};

/** Kernels that copy, and which of their arguments says how many samples. */
const COPIES = { copy: 2, takeBlock: 4 };

/** Kernels that count their calls, and the bytes of those that copy. */
function counted(kernels) {
  const wrap = ([name, kernel]) => [
    name,
    (...pointers) => {
      counts.kernelCalls++;
      if (name in COPIES) counts.kernelCopies += 4 * pointers[COPIES[name]];
      return kernel(...pointers);
    },
  ];
  return Object.fromEntries(Object.entries(kernels).map(wrap));
}

/** Typed arrays' own copy, which counts nothing. */
const copy = Float32Array.prototype.set;

/** Counts calls of a method of an object. */
function watch(object, method, count) {
  const original = object[method];
  object[method] = function (...args) {
    count(...args);
    return original.apply(this, args);
  };
}

function watchEverything() {
  const { prototype } = Object.getPrototypeOf(Float32Array);
  watch(prototype, 'subarray', () => counts.views++);
  watch(prototype, 'set', (source) => {
    counts.viewCopies += source.byteLength ?? 0;
  });
  watch(fs, 'read', () => counts.reads++);
  watch(fs, 'write', () => counts.writes++);
  watch(Buffer, 'allocUnsafeSlow', () => counts.buffers++);
  syncBuiltinESMExports();
}

/** What a block costs inside the pipeline, in memory: per block, in the middle of the piece. */
async function perBlock(definition, blocks) {
  await loadPipelineStages(definition);
  const { run } = onKernelMemory('wasm', (memory) => {
    memory.kernels = counted(memory.kernels);
    return preparePipeline(definition, { format: audioFormat(RATE, 2), maxFrames: FRAMES, memory });
  });
  let turn = 0;
  const process = (times) => {
    for (let n = 0; n < times; n++) {
      const block = blocks[turn++ % blocks.length];
      for (let c = 0; c < run.input.length; c++) copy.call(run.input[c], block[c % 2]);
      run.process(FRAMES);
    }
  };
  const heap = () => globalThis.process.memoryUsage().heapUsed;
  const cleanHeap = () => {
    globalThis.gc();
    return heap();
  };
  process(blocks.length);
  zero();
  const before = cleanHeap();
  let garbage = 0;
  for (let done = 0, clean = before; done < BLOCKS; done += AT_ONCE, clean = cleanHeap()) {
    process(AT_ONCE);
    garbage += heap() - clean;
  }
  const { kernelCalls, kernelCopies, viewCopies, views } = counts;
  const kept = cleanHeap() - before;
  const each = (count) => Number((count / BLOCKS).toFixed(2));
  return {
    kernelCalls: each(kernelCalls),
    copiedBytes: each(kernelCopies + viewCopies),
    views: each(views),
    garbageBytes: Math.ceil(garbage / BLOCKS / HEAP_STEP) * HEAP_STEP,
    keptBytes: Math.max(0, Math.round(kept / BLOCKS / HEAP_STEP)) * HEAP_STEP,
  };
}

/** What the whole way from one file to another costs: reads, writes and new buffers. */
async function ofRun(definition, input, output) {
  zero();
  const stream = () => rotatingReader(openSync(input, 'r'), 'file');
  const others = definition.inputs.slice(1).map((name) => [name, { name, stream: stream() }]);
  await runPipeline({
    pipeline: definition,
    input: stream(),
    inputs: Object.fromEntries(others),
    output: descriptorSink('out', openSync(output, 'w'), false),
  });
  return { ...counts };
}

/** The same per MB of input, without what a run costs once: the difference between a long run and a short one. */
async function perMegabyte(definition, path) {
  const short = await ofRun(definition, path('short.wav'), path('out'));
  const long = await ofRun(definition, path('long.wav'), path('out'));
  const megabytes = (20 * RATE * 4) / 1e6;
  const each = (name) => Number(((long[name] - short[name]) / megabytes).toFixed(2));
  return {
    readsPerMB: each('reads'),
    writesPerMB: each('writes'),
    buffersPerMB: Math.round(each('buffers')),
    bytesCopiedPerByte: Number(((long.viewCopies - short.viewCopies) / (megabytes * 1e6)).toFixed(2)),
  };
}

/** Renders what is processed; with the compilers, for it takes long without. */
function prepare(path) {
  writeFileSync(path('piece.f32'), Buffer.concat(piece(20).map(({ buffer }) => Buffer.from(buffer))));
  writeWav(path('short.wav'), 20);
  writeWav(path('long.wav'), 40);
}

/** The piece that was rendered, in blocks. */
function preparedBlocks(path) {
  const { buffer, byteOffset, byteLength } = readFileSync(path('piece.f32'));
  const both = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return blocksOf([both.subarray(0, both.length / 2), both.subarray(both.length / 2)], FRAMES);
}

async function count(path) {
  const blocks = preparedBlocks(path);
  const work = {};
  const pipelines = [];
  for (const name of await shippedPipelines()) pipelines.push([name, await readPipelineFile(name)]);
  for (const [name, definition] of pipelines) work[name] = { block: await perBlock(definition, blocks) };
  for (const [name, definition] of pipelines) work[name].run = await perMegabyte(definition, path);
  return work;
}

/** Counts that grew, a line each; those that shrank, which the file should be told. */
function compare(expected, found) {
  const grown = [];
  const shrunk = [];
  for (const [pipeline, parts] of Object.entries(found)) {
    for (const [part, figures] of Object.entries(parts)) {
      for (const [name, value] of Object.entries(figures)) {
        const allowed = expected[pipeline]?.[part]?.[name] ?? 0;
        const limit = LIMITS[name]?.(allowed) ?? allowed;
        const line = `${pipeline}: ${name} was ${allowed}, is ${value}`;
        if (value > limit) grown.push(line);
        else if (value < allowed && !(name in LIMITS)) shrunk.push(line);
      }
    }
  }
  return { grown, shrunk };
}

async function main(folder, update) {
  watchEverything();
  const found = await count((name) => join(folder, name));
  if (update) {
    writeFileSync(EXPECTED, `${JSON.stringify(found, null, 2)}\n`);
    console.log(`work: counted ${Object.keys(found).length} pipelines`);
    return 0;
  }
  const { grown, shrunk } = compare(JSON.parse(readFileSync(EXPECTED, 'utf8')), found);
  for (const line of grown) console.error(`more work: ${line}`);
  for (const line of shrunk) console.log(`less work: ${line}`);
  if (shrunk.length > 0) console.log('work: npm run bench:work -- --update keeps what was gained');
  console.log(`work: ${Object.keys(found).length} pipelines, ${grown.length} counts grew`);
  return grown.length > 0 ? 1 : 0;
}

if (typeof globalThis.gc === 'function') {
  const [folder, ...words] = process.argv.slice(2);
  process.exitCode = await main(folder, words.includes('--update'));
} else {
  process.exitCode = await inFolder((path) => {
    prepare(path);
    const words = [...FLAGS, ...ROOM, fileURLToPath(import.meta.url), path(''), ...process.argv.slice(2)];
    return spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 1;
  });
}
