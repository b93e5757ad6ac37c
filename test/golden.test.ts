// Law 4: one input, one pipeline, one output on every machine, in both backends: the reference over its beginning, and
// over all of it in `npm run slow -- thorough`. The hashes are committed in test/golden/; after a wanted change of sound:
// npx vitest run test/golden.test.ts -u
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { beforeAll, expect, it } from 'vitest';
import { demoPiece } from '../src/demo/demo-piece.ts';
import type { BackendName } from '../src/dsp/kernel-memory.ts';
import { streamSink } from '../src/engine/files/output-sink.ts';
import { readPipelineFile, shippedPipelines } from '../src/engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../src/engine/run/run.ts';
import { encodeWav } from '../src/io/encode-wav.ts';
import { amount } from './support/thorough.ts';

const names = await shippedPipelines();

/** What is compared with the committed hashes: seconds of the demo. */
const SECONDS = 20;
/** What the reference backend, which takes four times as long, is compared over with the other. */
const REFERENCE_SECONDS = amount(5, SECONDS);

let demo: Buffer = Buffer.alloc(0);
let start = demo;

/** The demo of so many seconds as a WAV of 16 bits. */
async function demoOf(seconds: number): Promise<Buffer> {
  const encoder = encodeWav({ sampleFormat: 's16', backend: 'reference' });
  const pieces: Buffer[] = [];
  encoder.on('data', (piece: Buffer) => pieces.push(piece));
  for (const block of demoPiece({ seconds, sampleRate: 44100 })) {
    encoder.write({ ...block, channels: block.channels.map((channel) => channel.slice(0, block.frames)) });
  }
  await new Promise((resolve) => encoder.end(resolve));
  await new Promise((resolve) => (encoder.readableEnded ? resolve(null) : encoder.once('end', resolve)));
  return Buffer.concat(pieces);
}

beforeAll(async () => {
  demo = await demoOf(SECONDS);
  start = REFERENCE_SECONDS === SECONDS ? demo : await demoOf(REFERENCE_SECONDS);
});

async function hashOf(name: string, backend: BackendName, wav: Buffer): Promise<string> {
  const hash = createHash('sha256');
  const output = new Writable({
    write(chunk, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  const pipeline = await readPipelineFile(name);
  const further = pipeline.inputs.slice(1).map((one) => [one, { name: one, stream: Readable.from([wav]) }]);
  await runPipeline({
    pipeline,
    input: Readable.from([wav]),
    inputs: Object.fromEntries(further),
    output: streamSink('hash', output),
    backend,
  });
  return hash.digest('hex');
}

// Made one a test, which gives each the time of its own; compared at the end, as the file that they are.
const hashes = new Map<string, string>();

it.each(names)(
  `%s gives one SHA-256 of ${REFERENCE_SECONDS} s of the demo in both backends`,
  async (name) => {
    hashes.set(name, await hashOf(name, 'wasm', demo));
    const wasm = start === demo ? hashes.get(name) : await hashOf(name, 'wasm', start);
    expect(await hashOf(name, 'reference', start)).toBe(wasm);
  },
);

it(`${SECONDS} s of the demo and every shipped pipeline give the committed SHA-256`, async () => {
  const lines = [`demo s16 ${createHash('sha256').update(demo).digest('hex')}`];
  for (const [name, hash] of hashes) lines.push(`${name} wasm ${hash}`);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/pipelines.txt');
});
