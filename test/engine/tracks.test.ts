import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { streamSink } from '../../src/engine/files/output-sink.ts';
import { runPipeline } from '../../src/engine/run/run.ts';
import type { RunOptions } from '../../src/engine/run/run-options.ts';
import { definePipeline } from '../../src/graph/parse-pipeline.ts';
import { noise16, wav16 } from './wav-file.ts';

const RATE = 48_000;
/** 2 s of stereo, and that twice. */
const ONE = wav16(noise16(4 * RATE));
const FRAMES = 2 * RATE;
const TWO = Buffer.concat([ONE, ONE]);

/** The audio that a run gives, 32-bit floats. */
async function audio(
  stages: readonly object[],
  automation: readonly object[],
  input: Buffer,
  more: Partial<RunOptions> = {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  await runPipeline({
    pipeline: definePipeline({ stages, automation }),
    input: Readable.from([input]),
    output: streamSink('out', stream),
    sampleFormat: 'f32',
    onTrack: 'reset',
    ...more,
  });
  const bytes = Buffer.concat(pieces);
  return bytes.subarray(bytes.indexOf('data') + 8);
}

const limiter = (lookahead: number) => ({ stage: 'limiter', ceiling: -12, lookahead });
const second = (bytes: Buffer): Buffer => bytes.subarray(FRAMES * 8);

describe('stages that begin anew with a track', () => {
  it('keep a lookahead that automation has changed in the track before: the second track is as if alone with it', async () => {
    const moves = [{ at: 0.5, set: 'limiter.lookahead', to: 10 }];
    const both = await audio([limiter(3)], moves, TWO);
    expect(second(both).equals(await audio([limiter(10)], [], ONE))).toBe(true);
  });

  it('take a change that begins in the one track and is heard in the other at its frame', async () => {
    const alone = await audio([limiter(3)], [{ at: 0.5, set: 'limiter.lookahead', to: 10 }], ONE);
    const both = await audio([limiter(3)], [{ at: 2.5, set: 'limiter.lookahead', to: 10 }], TWO);
    expect(second(both).equals(alone)).toBe(true);
    const inPieces = await audio([limiter(3)], [{ at: 2.5, set: 'limiter.lookahead', to: 10 }], TWO, {
      blockFrames: 77,
    });
    expect(inPieces.equals(both)).toBe(true);
  });

  it('hear a change that is being faded in at the end of a track whole in the next', async () => {
    const both = await audio([limiter(3)], [{ at: 1.99, set: 'limiter.lookahead', to: 10 }], TWO);
    expect(second(both).equals(await audio([limiter(10)], [], ONE))).toBe(true);
  });

  it('take what glides at its frame of the whole output, also where the rate changes', async () => {
    const glide = (at: number) => [{ at, set: 'gain.gain', to: -20 }];
    for (const stages of [
      [limiter(3), { stage: 'gain' }],
      [{ stage: 'resample', rate: 44_100 }, { stage: 'gain' }],
    ]) {
      const both = await audio(stages, glide(2.75), TWO);
      const alone = await audio(stages, glide(0.75), ONE);
      expect(both.subarray(alone.length).equals(alone)).toBe(true);
    }
  });

  it('go on with a ramp that runs over the end of a track: 0 dB at 1 s, -40 dB at 3 s, -20 dB where the track begins', async () => {
    const ramp = [{ at: 1, set: 'gain.gain', to: -40, over: 2 }];
    const plain = await audio([], [], TWO);
    const both = await audio([{ stage: 'gain' }], ramp, TWO);
    const gainAt = (frame: number): number =>
      20 * Math.log10(both.readFloatLE(frame * 8) / plain.readFloatLE(frame * 8));
    for (const [frame, db] of [
      [RATE / 2, 0],
      [FRAMES, -20],
      [FRAMES + RATE / 2, -30],
      [FRAMES + RATE + 100, -40],
    ]) {
      expect(gainAt(frame)).toBeCloseTo(db, 1);
    }
  });

  it('count what the guard replaces over all tracks: frame 1000 of either is 1000 and 3000', async () => {
    const samples = new Float32Array(4000);
    samples[2000] = Number.NaN;
    const header = Buffer.from(wav16(new Int16Array(0)).subarray(0, 44));
    header.writeUInt16LE(3, 20);
    header.writeUInt32LE(RATE * 8, 28);
    header.writeUInt16LE(8, 32);
    header.writeUInt16LE(32, 34);
    header.writeUInt32LE(16_000, 40);
    const track = Buffer.concat([header, Buffer.from(samples.buffer)]);
    const { guard } = await runPipeline({
      pipeline: definePipeline({ stages: [limiter(3)] }),
      input: Readable.from([Buffer.concat([track, track])]),
      output: streamSink('out', new Writable({ write: (_piece, _encoding, done) => done() })),
      onTrack: 'reset',
    });
    expect(guard?.channels[0]).toEqual({ replaced: 2, firstFrame: 1000, lastFrame: 3000 });
  });
});
