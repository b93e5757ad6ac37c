// Masters a file with a shipped pipeline and one setting of your own:
//   node examples/master-a-file.js in.wav out.wav
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { decodeWav, encodeWav, loadPipeline } from 'auralis-stream';

const [input, output] = process.argv.slice(2);
if (output === undefined) {
  process.stderr.write('usage: node examples/master-a-file.js in.wav out.wav\n');
  process.exit(2);
}

const mastering = await loadPipeline('mastering', { set: ['limiter.ceiling=-2'] });

await pipeline(
  createReadStream(input),
  decodeWav(),
  mastering,
  encodeWav({ sampleFormat: 's24' }),
  createWriteStream(output),
);

const { reduction } = mastering.meters().limiter;
process.stderr.write(`the limiter ended at ${reduction.toFixed(2)} dB\n`);
