import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Resampler, type ResamplingQuality, resampledFrames } from '../../../src/dsp/rate/resampler.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { maxAbsDifference, noise, type Signal } from '../../support/signals.ts';

type Backend = (typeof BACKENDS)[number];

interface Setup {
  readonly quality?: ResamplingQuality;
  readonly backend?: Backend;
  readonly chunks?: readonly number[];
  readonly varies?: boolean;
}

/** A signal at another rate, with the tail, fed in pieces of the given sizes in turn. */
function convert(input: Signal, from: number, to: number, setup: Setup = {}): Signal {
  const { quality = 'best', backend = 'wasm', chunks = [4096], varies = false } = setup;
  const maxFrames = Math.max(...chunks);
  const state = stateOn(backend);
  const channels = input.length;
  const resampler = new Resampler(state, { channels, from, to, maxFrames, quality, varies });
  const arrays = state.memory.planar(channels, maxFrames);
  const out = state.memory.planar(channels, resampler.maxFramesOut);
  const pieces: Signal[] = [];
  const total = input[0].length + resampler.tail;
  for (let at = 0, turn = 0; at < total; turn++) {
    const frames = Math.min(chunks[turn % chunks.length], total - at);
    arrays.forEach((array, n) => {
      array.fill(0).set(input[n].subarray(Math.min(at, input[n].length), at + frames));
    });
    const count = resampler.process(arrays, out, frames);
    expect(count).toBeLessThanOrEqual(resampler.maxFramesOut);
    pieces.push(out.map((array) => array.slice(0, count)));
    at += frames;
  }
  return input.map((_, n) => {
    const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece[n].length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece[n], at);
      at += piece[n].length;
    }
    return whole;
  });
}

const tone = (frames: number, rate: number, freq: number): Float32Array =>
  Float32Array.from({ length: frames }, (_, i) => 0.9 * Math.sin((2 * Math.PI * freq * i) / rate + 0.3));

/** RMS of the middle of a signal in dB of a 0.9 sine. */
function levelDb(x: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i] * x[i];
  return 10 * Math.log10(sum / (to - from) / 0.405);
}

/** What is left of a resampled tone when the same tone, formed at the new rate in 64 bits, is taken away; edges aside. */
function errorDb(from: number, to: number, freq: number, quality: ResamplingQuality): number {
  const frames = Math.ceil(from / 5) + 24 * Math.ceil(400 * Math.max(1, from / to));
  const [out] = convert([tone(frames, from, freq)], from, to, { quality });
  const residue = Float64Array.from(
    out,
    (value, i) => value - 0.9 * Math.sin((2 * Math.PI * freq * i) / to + 0.3),
  );
  const edge = Math.ceil(260 * Math.max(1, to / from));
  return levelDb(residue, edge, out.length - edge);
}

const PAIRS = [
  [44100, 48000],
  [48000, 44100],
  [44100, 96000],
  [96000, 44100],
  [88200, 48000],
  [192000, 44100],
  [44100, 192000],
  [8000, 48000],
  [48000, 8000],
  [22050, 44100],
  [44100, 44101],
  [47999, 44101],
] as const;

describe('a tone at the best quality', () => {
  it.each(PAIRS)(
    'from %i to %i Hz is the tone of the new rate, in time and level, to -120 dB up to 0.9 Nyquist',
    (from, to) => {
      const nyquist = Math.min(from, to) / 2;
      for (const share of [0.01, 0.31, 0.62, 0.9]) {
        expect(errorDb(from, to, share * nyquist, 'best')).toBeLessThan(-120);
      }
    },
  );

  it.each([
    [96000, 44100],
    [192000, 48000],
    [48000, 44100],
    [48000, 8000],
    [47999, 44101],
  ])(
    'from %i to %i Hz leaves nothing above -120 dB of what lies above the new Nyquist frequency',
    (from, to) => {
      for (const share of [0, 0.25, 0.5, 0.97]) {
        const freq = to / 2 + share * (from / 2 - to / 2);
        const [out] = convert([tone(Math.ceil(from / 4), from, freq)], from, to);
        // The ends, where the tone is cut, hold what a cut holds.
        const edge = Math.floor(out.length / 4);
        expect(levelDb(out, edge, out.length - edge)).toBeLessThan(-120);
      }
    },
  );
});

describe('the other qualities', () => {
  it.each([
    ['good', 0.88, -108],
    ['fast', 0.78, -94],
  ] as const)(
    '%s keeps a tone at %d of Nyquist to %d dB, both ways between 44.1 and 48 kHz',
    (quality, share, limit) => {
      for (const [from, to] of [
        [44100, 48000],
        [48000, 44100],
      ]) {
        for (const part of [0.05, 0.5, 1]) {
          expect(errorDb(from, to, part * share * 22050, quality)).toBeLessThan(limit);
        }
      }
    },
  );
});

describe('the length', () => {
  it('is frames x out / in, rounded up, for 0, 1 and any other number of frames', () => {
    const rate = fc.constantFrom(8000, 11025, 22050, 44100, 44101, 48000, 88200, 96000, 192000);
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.constantFrom(0, 1, 2, 147, 160, 161, 999, 4096, 4097),
        (from, to, frames) => {
          const [out] = convert([new Float32Array(frames)], from, to, { quality: 'fast' });
          expect(out.length).toBe(resampledFrames(frames, from, to));
          expect(out.length).toBe(Math.ceil((frames * to) / from));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is exact after a year at 44.1 kHz: 147 frames for 160 to the last', () => {
    const year = 365.25 * 86400 * 44100;
    expect(resampledFrames(year, 44100, 48000)).toBe(365.25 * 86400 * 48000);
    expect(resampledFrames(year + 1, 44100, 48000)).toBe(365.25 * 86400 * 48000 + 2);
  });
});

describe('time', () => {
  it('holds after 4 minutes: a tone at 1 kHz is where it belongs, to -120 dB', () => {
    const state = stateOn('wasm');
    const resampler = new Resampler(state, {
      channels: 1,
      from: 44100,
      to: 48000,
      maxFrames: 44100,
      quality: 'best',
    });
    const input = state.memory.planar(1, 44100);
    const out = state.memory.planar(1, resampler.maxFramesOut);
    // 1000 Hz turns in whole periods every second, so each second is the same.
    input[0].set(tone(44100, 44100, 1000));
    let before = 0;
    let count = 0;
    for (let second = 0; second < 240; second++) {
      before += count;
      count = resampler.process(input, out, 44100);
    }
    const residue = Float64Array.from(
      out[0].subarray(0, count),
      (value, i) => value - 0.9 * Math.sin((2 * Math.PI * (before + i)) / 48 + 0.3),
    );
    expect(levelDb(residue, 0, count)).toBeLessThan(-120);
  });

  it('puts an impulse on frame 100 at 48 kHz on frame 200 at 96 kHz', () => {
    const input = new Float32Array(1000);
    input[100] = 1;
    const [out] = convert([input], 48000, 96000);
    expect(out.indexOf(Math.max(...out))).toBe(200);
  });
});

describe('a constant', () => {
  it.each(PAIRS)('from %i to %i Hz stays one within 1e-6', (from, to) => {
    const [out] = convert([new Float32Array(from / 5).fill(0.5)], from, to);
    const edge = Math.ceil(260 * Math.max(1, to / from));
    expect(Math.max(...out.subarray(edge, -edge).map((sample) => Math.abs(sample - 0.5)))).toBeLessThan(1e-6);
  });
});

describe('the same bits', () => {
  const input = noise(2, 3000, 7);
  const cases = [
    [44100, 48000, false],
    [96000, 44100, false],
    [44100, 44101, false],
    [48000, 48000, true],
  ] as const;

  it.each(cases)('come from both backends, %i to %i Hz, varying %s', (from, to, varies) => {
    const [reference, wasm] = BACKENDS.map((backend) => convert(input, from, to, { backend, varies }));
    expect(maxAbsDifference(reference, wasm)).toBe(0);
  });

  it.each(cases)('come in any chunks, %i to %i Hz, varying %s', (from, to, varies) => {
    const whole = convert(input, from, to, { varies, chunks: [8192] });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }), (chunks) => {
        expect(maxAbsDifference(whole, convert(input, from, to, { varies, chunks }))).toBe(0);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a varying ratio', () => {
  it.each([0.9997, 1.0003, 1.04])('of %d reads so much faster and keeps the tone to -110 dB', (factor) => {
    const state = stateOn('wasm');
    const spec = {
      channels: 1,
      from: 48000,
      to: 48000,
      maxFrames: 24000,
      quality: 'best',
      varies: true,
    } as const;
    const resampler = new Resampler(state, spec);
    const input = state.memory.planar(1, 24000);
    const out = state.memory.planar(1, resampler.maxFramesOut);
    const all = tone(48000, 48000, 1000);
    resampler.vary(factor);
    const got: number[] = [];
    for (let at = 0; at < 48000; at += 24000) {
      input[0].set(all.subarray(at, at + 24000));
      const count = resampler.process(input, out, 24000);
      got.push(...out[0].subarray(0, count));
    }
    // The counter moves on by whole parts of 2^-26 frames.
    const step = Math.round(factor * 2 ** 26) / 2 ** 26;
    const residue = got.map((value, i) => value - 0.9 * Math.sin((2 * Math.PI * i * step) / 48 + 0.3));
    expect(levelDb(residue, 300, got.length)).toBeLessThan(-110);
    expect(Math.abs(got.length - 48000 / factor)).toBeLessThan(300);
    expect(resampler.held).toBeCloseTo(48000 - got.length * step, 6);
  });

  it('changes without a click: the largest step of a tone stays what it was, within 1 %', () => {
    const state = stateOn('wasm');
    const spec = {
      channels: 1,
      from: 48000,
      to: 48000,
      maxFrames: 4800,
      quality: 'best',
      varies: true,
    } as const;
    const resampler = new Resampler(state, spec);
    const input = state.memory.planar(1, 4800);
    const out = state.memory.planar(1, resampler.maxFramesOut);
    const got: number[] = [];
    for (let block = 0; block < 8; block++) {
      input[0].set(tone(4800, 48000, 1000));
      resampler.vary(1 + block * 0.0005);
      got.push(...out[0].subarray(0, resampler.process(input, out, 4800)));
    }
    const steps = got.slice(301).map((value, i) => Math.abs(value - got[300 + i]));
    expect(Math.max(...steps)).toBeLessThan(0.9 * 2 * Math.sin(Math.PI / 48) * 1.01);
  });
});

describe('a snapshot', () => {
  it('continues bit for bit in the other backend and with other blocks', () => {
    const [signal] = noise(1, 4000, 3);
    const make = (backend: Backend, maxFrames: number) => {
      const state = stateOn(backend);
      const resampler = new Resampler(state, {
        channels: 1,
        from: 44100,
        to: 48000,
        maxFrames,
        quality: 'best',
      });
      return {
        state,
        resampler,
        out: state.memory.planar(1, resampler.maxFramesOut),
        input: state.memory.planar(1, maxFrames),
      };
    };
    const run = ({ resampler, input, out }: ReturnType<typeof make>, from: number, to: number): number[] => {
      input[0].set(signal.subarray(from, to));
      return [...out[0].subarray(0, resampler.process(input, out, to - from))];
    };
    const first = make('wasm', 4000);
    run(first, 0, 1234);
    const snapshot = first.state.snapshot();
    const second = make('reference', 3000);
    second.state.restore(snapshot);
    expect(run(second, 1234, 4000)).toEqual(run(first, 1234, 4000));
  });
});
