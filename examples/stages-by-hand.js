// Single stages in a chain, and blocks read with for-await; prints the loudest sample of every second:
//   node examples/stages-by-hand.js < in.wav

import { compressor, decodeWav, eq, limiter } from 'auralis-stream';
import chain from 'stream-chain';

const stages = chain([
  decodeWav(),
  eq({ bands: [{ type: 'highpass', freq: 40 }] }),
  compressor({ threshold: -24, ratio: 3, makeup: 'auto' }),
  limiter({ ceiling: -1 }),
]);

let second = 0;
let peak = 0;
for await (const { format, start, channels } of process.stdin.pipe(stages)) {
  const now = Math.floor(start / format.sampleRate);
  if (now > second) {
    process.stdout.write(`${second} s: ${peak.toFixed(4)}\n`);
    [second, peak] = [now, 0];
  }
  for (const channel of channels) {
    for (const value of channel) peak = Math.max(peak, Math.abs(value));
  }
}
process.stdout.write(`${second} s: ${peak.toFixed(4)}\n`);
