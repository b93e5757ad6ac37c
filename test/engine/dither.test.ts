import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { needsDither } from '../../src/engine/dither.ts';
import { streamSink } from '../../src/engine/output-sink.ts';
import { runPipeline } from '../../src/engine/run.ts';
import type { RunOptions } from '../../src/engine/run-options.ts';
import { definePipeline } from '../../src/graph/parse-pipeline.ts';
import { noise16, wav16 } from './wav-file.ts';
import { floatWav } from './wav-of.ts';

describe('needsDither', () => {
  it.each([
    ['s16', 's16', false],
    ['s24', 's16', true],
    ['f32', 's24', true],
    ['f32', 'f32', false],
    ['s32', 's24', true],
    ['s24in32', 's24', false],
    ['u8', 's16', false],
    ['s16', 'f32', false],
    ['f32', 's16', true],
    ['f32', 's32', false],
    ['f64', 'u8', true],
    ['f32', 'f64', false],
  ] as const)('%s to %s: %s', (from, to, dithers) => {
    expect(needsDither(from, to)).toBe(dithers);
  });
});

const RATE = 48_000;
const TRACK = noise16(2 * RATE);
const UNTOUCHED = wav16(TRACK);
/** 1 s of 1 kHz at 0.4 LSB of 16 bits: rounding makes silence of it. */
const quiet = (sampleRate: number): Buffer => {
  const sine = Float32Array.from(
    { length: sampleRate },
    (_, i) => (0.4 / 32768) * Math.sin((2 * Math.PI * 1000 * i) / sampleRate),
  );
  return floatWav([sine, sine], sampleRate);
};

/** 16-bit samples of a run over tracks put one behind the other. */
async function samples(
  tracks: readonly Buffer[],
  more: Partial<RunOptions> = {},
  stages: readonly object[] = [],
): Promise<Int16Array> {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  await runPipeline({
    pipeline: definePipeline({ stages }),
    input: Readable.from([Buffer.concat(tracks)]),
    output: streamSink('out', stream),
    onFormatChange: 'convert',
    sampleFormat: 's16',
    ...more,
  });
  const bytes = Buffer.concat(pieces);
  return new Int16Array(new Uint8Array(bytes.subarray(bytes.indexOf('data') + 8)).buffer);
}

/** Whether two runs of samples are the same, fast. */
const same = (a: Int16Array, b: Int16Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

/** Amplitude of 1 kHz in the left channel, in LSB. */
function amplitude(stereo: Int16Array): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < stereo.length / 2; i++) {
    re += stereo[2 * i] * Math.cos((2 * Math.PI * 1000 * i) / RATE);
    im += stereo[2 * i] * Math.sin((2 * Math.PI * 1000 * i) / RATE);
  }
  return (Math.hypot(re, im) * 2) / (stereo.length / 2);
}

describe('tracks through a pipeline that changes nothing, to 16 bits', () => {
  // The noise of dither, of 1/2 LSB RMS, leaves 0.0032 LSB in one line of 48 000.
  it.each([
    ['resampled from 44.1 kHz', 44_100],
    ['of 32-bit floats', RATE],
  ])('one %s keeps a tone of 0.4 LSB to 0.02, and its neighbours every bit', async (_, rate) => {
    const out = await samples([UNTOUCHED, quiet(rate), UNTOUCHED]);
    const end = TRACK.length + 2 * RATE;
    expect(same(out.subarray(0, TRACK.length), TRACK)).toBe(true);
    expect(Math.abs(amplitude(out.subarray(TRACK.length, end)) - 0.4)).toBeLessThan(0.02);
    expect(same(out.subarray(end), TRACK)).toBe(true);
  });

  it('one of 16 bits behind one that is dithered keeps every bit', async () => {
    const out = await samples([quiet(RATE), UNTOUCHED]);
    expect(same(out.subarray(2 * RATE), TRACK)).toBe(true);
  });

  it('are the same in blocks of 77 frames, on the reference, and behind a bypassed limiter of 3 ms', async () => {
    const tracks = [UNTOUCHED, quiet(44_100), UNTOUCHED];
    const out = await samples(tracks);
    const limiter = { stage: 'limiter', lookahead: 3, bypass: true };
    expect(same(await samples(tracks, { blockFrames: 77, dither: 'tpdf' }), out)).toBe(true);
    expect(same(await samples(tracks, { backend: 'reference' }), out)).toBe(true);
    expect(same(await samples(tracks, {}, [limiter]), out)).toBe(true);
  });

  it('are rounded where no dither is wanted: 0.4 LSB become 0', async () => {
    const out = await samples([UNTOUCHED, quiet(44_100)], { dither: 'none' });
    expect(out.subarray(TRACK.length).every((one) => one === 0)).toBe(true);
  });
});
