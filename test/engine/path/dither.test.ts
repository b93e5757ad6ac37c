import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { streamSink } from '../../../src/engine/files/output-sink.ts';
import { needsDither } from '../../../src/engine/path/dither.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import type { RunOptions } from '../../../src/engine/run/run-options.ts';
import { planMoves } from '../../../src/graph/automation.ts';
import { definePipeline } from '../../../src/graph/parse-pipeline.ts';
import { noise16, wav16 } from '../wav-file.ts';
import { floatWav } from '../wav-of.ts';

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

/** A writable that keeps what it gets. */
class Kept extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pieces.push(Buffer.from(piece));
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Of a WAV of 16 bits. */
  get samples(): Int16Array {
    const { bytes } = this;
    return new Int16Array(new Uint8Array(bytes.subarray(bytes.indexOf('data') + 8)).buffer);
  }
}

/** 16-bit samples of a run over tracks put one behind the other. */
async function samples(
  tracks: readonly Buffer[],
  more: Partial<RunOptions> = {},
  stages: readonly object[] = [],
): Promise<Int16Array> {
  const main = new Kept();
  await runPipeline({
    pipeline: definePipeline({ stages }),
    input: Readable.from([Buffer.concat(tracks)]),
    output: streamSink('out', main),
    onFormatChange: 'convert',
    sampleFormat: 's16',
    ...more,
  });
  return main.samples;
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

describe('a pipeline that changes while it runs, to 16 bits', () => {
  /** 4 s of 1 kHz at 40 LSB: a gain of -40 dB leaves the tone of 0.4 LSB that rounding makes silence of. */
  const TONE = Int16Array.from({ length: 8 * RATE }, (_, n) =>
    Math.round(40 * Math.sin((2 * Math.PI * 1000 * Math.floor(n / 2)) / RATE)),
  );
  const FADE = 0.05 * RATE;
  const quieter = { stage: 'gain', gain: -40 };
  /** Stereo samples of the frames of a stretch. */
  const frames = (samples: Int16Array, from: number, to?: number): Int16Array =>
    samples.subarray(2 * from, to && 2 * to);
  const moves = (...entries: readonly object[]) => ({ automation: planMoves(entries, 'automation') });
  const others: readonly Partial<RunOptions>[] = [{ blockFrames: 77 }, { backend: 'reference' }];

  it('keeps every bit up to the frame at which a bypass ends and from the end of the fade back, and the tone between', async () => {
    const [on, off] = [60_001, 150_003];
    const automation = moves(
      { frame: on, set: 'gain.bypass', to: false },
      { frame: off, set: 'gain.bypass', to: true },
    );
    const out = await samples([wav16(TONE)], automation, [{ ...quieter, bypass: true }]);
    expect(same(frames(out, 0, on), frames(TONE, 0, on))).toBe(true);
    expect(Math.abs(amplitude(frames(out, 2 * RATE, 3 * RATE)) - 0.4)).toBeLessThan(0.02);
    expect(same(frames(out, off + FADE), frames(TONE, off + FADE))).toBe(true);
    for (const other of others) {
      const again = await samples([wav16(TONE)], { ...automation, ...other }, [{ ...quieter, bypass: true }]);
      expect(same(again, out)).toBe(true);
    }
  });

  it('keeps the tone behind a reload from an empty one, which is replayed to the bit', async () => {
    const next = definePipeline({ stages: [quieter] });
    const changed: number[] = [];
    const bytes = wav16(TONE);
    const input = new PassThrough();
    input.write(bytes.subarray(0, 4 * RATE));
    let reload = async () => {};
    const out = await samples([], {
      input,
      onStart: (control) => {
        reload = () => control.replace(next);
      },
      onOpen: () => void reload().then(() => input.end(bytes.subarray(4 * RATE))),
      onEvent: ({ frame }) => void changed.push(frame),
    });
    const [frame] = changed;
    expect(frame).toBeGreaterThanOrEqual(RATE);
    expect(same(frames(out, 0, frame), frames(TONE, 0, frame))).toBe(true);
    expect(Math.abs(amplitude(frames(out, 3 * RATE)) - 0.4)).toBeLessThan(0.02);
    for (const other of others) {
      const again = await samples([bytes], { ...moves({ frame, pipeline: next.source }), ...other });
      expect(same(again, out)).toBe(true);
    }
  });

  it('keeps the bits of a track that begins while the change is on its way, and of an output that has none', async () => {
    const frame = 2.5 * RATE;
    const options = (dry: Kept): Partial<RunOptions> => ({
      pipeline: definePipeline({
        stages: [{ ...quieter, bypass: true }],
        outputs: { main: 'gain', dry: 'in' },
      }),
      outputs: { dry: streamSink('dry', dry) },
      ...moves({ frame, set: 'gain.bypass', to: false }),
    });
    const tracks = [UNTOUCHED, quiet(RATE), UNTOUCHED];
    const dry = new Kept();
    const out = await samples(tracks, options(dry));
    expect(same(frames(out, 0, RATE), TRACK)).toBe(true);
    expect(Math.abs(amplitude(frames(out, RATE, 2 * RATE)) - 0.4)).toBeLessThan(0.02);
    expect(same(frames(out, 2 * RATE, frame), frames(TRACK, 0, frame - 2 * RATE))).toBe(true);
    expect(same(frames(dry.samples, 2 * RATE), TRACK)).toBe(true);
    const rounded = await samples(tracks, { ...options(new Kept()), dither: 'none' });
    expect(same(frames(out, frame), frames(rounded, frame))).toBe(false);
    for (const other of others) {
      const again = new Kept();
      expect(same(await samples(tracks, { ...options(again), ...other }), out)).toBe(true);
      expect(same(again.samples, dry.samples)).toBe(true);
    }
  });

  it('keeps every bit of a track that begins anew amid the fade to an empty one', async () => {
    const empty = moves({ frame: RATE - FADE / 2, pipeline: { stages: [] } });
    const out = await samples([UNTOUCHED, UNTOUCHED], { ...empty, onTrack: 'reset' }, [quieter]);
    expect(same(frames(out, RATE), TRACK)).toBe(true);
  });

  it('is told to be dithered only where it was: not where the input ends before the change', async () => {
    const run = (frame: number) =>
      runPipeline({
        pipeline: definePipeline({ stages: [] }),
        input: Readable.from([UNTOUCHED]),
        output: streamSink('out', new Kept()),
        ...moves({ frame, pipeline: { stages: [quieter] } }),
      });
    expect((await run(RATE + 1)).dither).toBe('none');
    expect((await run(RATE - 1)).dither).toBe('tpdf');
  });
});
