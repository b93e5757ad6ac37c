// Law 4: one input, one pipeline, one backend, one output on every machine. The hashes are committed in
// test/golden/; after a wanted change of sound: npx vitest run test/golden.test.ts -u
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { beforeAll, expect, it } from 'vitest';
import { demoPiece } from '../src/demo/demo-piece.ts';
import { streamSink } from '../src/engine/files/output-sink.ts';
import { readPipelineFile, shippedPipelines } from '../src/engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../src/engine/run/run.ts';
import { encodeWav } from '../src/io/encode-wav.ts';

const BACKENDS = ['reference', 'wasm'] as const;
const names = await shippedPipelines();

let demo = Buffer.alloc(0);

beforeAll(async () => {
  const encoder = encodeWav({ sampleFormat: 's16', backend: 'reference' });
  const pieces: Buffer[] = [];
  encoder.on('data', (piece: Buffer) => pieces.push(piece));
  for (const block of demoPiece({ seconds: 20, sampleRate: 44100 })) {
    encoder.write({ ...block, channels: block.channels.map((channel) => channel.slice(0, block.frames)) });
  }
  await new Promise((resolve) => encoder.end(resolve));
  await new Promise((resolve) => (encoder.readableEnded ? resolve(null) : encoder.once('end', resolve)));
  demo = Buffer.concat(pieces);
});

async function hashOf(name: string, backend: (typeof BACKENDS)[number]): Promise<string> {
  const hash = createHash('sha256');
  const output = new Writable({
    write(chunk, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  const pipeline = await readPipelineFile(name);
  const further = pipeline.inputs.slice(1).map((one) => [one, { name: one, stream: Readable.from([demo]) }]);
  await runPipeline({
    pipeline,
    input: Readable.from([demo]),
    inputs: Object.fromEntries(further),
    output: streamSink('hash', output),
    backend,
  });
  return hash.digest('hex');
}

// Made one a test, which gives each the time of its own; compared at the end, as the file that they are.
const hashes = new Map<string, string>();

it.each(names)('%s gives one SHA-256 of 20 s of the demo in both backends', async (name) => {
  for (const backend of BACKENDS) hashes.set(`${name} ${backend}`, await hashOf(name, backend));
  expect(hashes.get(`${name} wasm`)).toBe(hashes.get(`${name} reference`));
});

it('the demo and every shipped pipeline give the committed SHA-256, in both backends', async () => {
  const lines = [`demo s16 ${createHash('sha256').update(demo).digest('hex')}`];
  for (const [what, hash] of hashes) lines.push(`${what} ${hash}`);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/pipelines.txt');
});
