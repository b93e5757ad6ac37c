import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { compressor } from '../../src/stages/compressor.ts';
import { feed, join, open, render } from '../support/render.ts';
import { maxAbsDifference, type Signal, sine, slice } from '../support/signals.ts';

const MONO = audioFormat(48000, 1);

interface Curve {
  readonly threshold: number;
  readonly ratio: number;
  readonly knee: number;
  readonly range?: number;
  readonly mode?: 'down' | 'up';
}

/** Gain in dB at a level: quadratic knee of Giannoulis, Massberg, Reiss (JAES 60(6), 2012), eq. 4; upwards its mirror image. */
function curveGain(levelDb: number, { threshold, ratio, knee, mode = 'down', range = 140 }: Curve): number {
  const side = mode === 'up' ? -1 : 1;
  const over = side * (levelDb - threshold);
  const change = (): number => {
    if (2 * over <= -knee) return 0;
    if (2 * Math.abs(over) < knee) return ((1 - 1 / ratio) * (over + knee / 2) ** 2) / (2 * knee);
    return (1 - 1 / ratio) * over;
  };
  return -side * Math.min(change(), range);
}

/** Gain in dB between two signals over their last 40 %, from their powers. */
function gainDb(input: Signal, output: Signal): number {
  const from = Math.round(input[0].length * 0.6);
  const power = ([channel]: Signal): number => channel.subarray(from).reduce((sum, v) => sum + v * v, 0);
  return 10 * Math.log10(power(output) / power(input));
}

const SETS = [
  { threshold: -18, ratio: 2, knee: 6 },
  { threshold: -30, ratio: 4, knee: 0 },
  { threshold: -24, ratio: 1.5, knee: 24 },
  { threshold: -10, ratio: 20, knee: 3 },
  { threshold: -50, ratio: 3, knee: 12 },
  { threshold: 0, ratio: 100, knee: 40 },
  { threshold: -70, ratio: 100, knee: 0 },
  { threshold: -80, ratio: 1.2, knee: 40 },
  { threshold: -40, ratio: 8, knee: 10, range: 12 },
  { threshold: -24, ratio: 4, knee: 12, topology: 'feedback' },
  // Upwards it is the release that the gain rises with, from 0 dB: a short one is there within the segment.
  { threshold: -30, ratio: 2, knee: 6, mode: 'up', range: 20, release: 20 },
  { threshold: -20, ratio: 100, knee: 0, mode: 'up', range: 6, release: 20 },
] as const;

/** Largest departure in dB from the formula, from -80 to 0 dBFS: 997 Hz, the last 40 % of 0.6 s. */
function worstError(set: Curve, detection: 'peak' | 'rms'): number {
  let worst = 0;
  for (let level = -80; level <= 0; level += 4) {
    const input = sine(MONO, 28800, 997, 10 ** (level / 20));
    const output = render(compressor, { ...set, detection }, MONO, input);
    const measured = detection === 'rms' ? level - 20 * Math.log10(Math.SQRT2) : level;
    worst = Math.max(worst, Math.abs(gainDb(input, output) - curveGain(measured, set)));
  }
  return worst;
}

describe('compressor static curve', () => {
  it.each(SETS)('holds the formula within 0.02 dB from -80 to 0 dBFS, peak and rms: %j', (set) => {
    expect(worstError(set, 'peak')).toBeLessThan(0.02);
    expect(worstError(set, 'rms')).toBeLessThan(0.02);
  });

  it('adds makeup in dB: 6 dB on a quiet tone, and with "auto" half of the reduction at 0 dBFS', () => {
    const input = sine(MONO, 28800, 997, 0.001);
    expect(gainDb(input, render(compressor, { makeup: 6 }, MONO, input))).toBeCloseTo(6, 3);
    const auto = render(compressor, { threshold: -24, ratio: 4, makeup: 'auto' }, MONO, input);
    expect(gainDb(input, auto)).toBeCloseTo((24 * 0.75) / 2, 3);
    // Where 0 dBFS lies within the knee, the knee counts: (1 - 1/4) (6 + 20)^2 / (2 * 40) = 6.34 dB, half of it 3.17.
    const wide = render(compressor, { threshold: -6, ratio: 4, knee: 40, makeup: 'auto' }, MONO, input);
    expect(gainDb(input, wide)).toBeCloseTo(3.169, 2);
  });
});

/** Frames after `from` until the gain in dB has covered 63.2 % of its way to the value at `settled`. */
function timeTo63(gains: Float64Array, from: number, settled: number): number {
  const start = gains[from - 1];
  const goal = start + (gains[settled] - start) * (1 - 1 / Math.E);
  const rising = gains[settled] > start;
  for (let i = from; i < gains.length; i++) {
    if (rising ? gains[i] >= goal : gains[i] <= goal) return i - from + 1;
  }
  return Number.POSITIVE_INFINITY;
}

describe('compressor timing', () => {
  const HOLD = 96; // 2 ms at 48 kHz

  it.each([
    { attack: 1, release: 50 },
    { attack: 10, release: 100 },
    { attack: 30, release: 300 },
    { attack: 80, release: 20 },
    { attack: 2, release: 1000 },
    { attack: 200, release: 200 },
  ])('takes its attack of $attack ms and release of $release ms within 3 %', ({ attack, release }) => {
    // A carrier of constant magnitude: +-level in turn, 20 dB under the threshold, 12 dB over it, and back.
    const loud = Math.max(12 * attack, 100) * 48;
    const rest = Math.max(10 * release, 200) * 48;
    const frames = 4800 + loud + rest;
    const level = (i: number): number => -30 + (i >= 4800 && i < 4800 + loud ? 12 : -20);
    const input = [Float32Array.from({ length: frames }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (level(i) / 20))];
    const settings = { threshold: -30, ratio: 4, knee: 0, attack, release };
    const [output] = render(compressor, settings, MONO, input);
    const gains = Float64Array.from(output, (value, i) => 20 * Math.log10(value / input[0][i]));
    expect(timeTo63(gains, 4800, 4800 + loud - 1) / (attack * 48)).toBeGreaterThan(0.97);
    expect(timeTo63(gains, 4800, 4800 + loud - 1) / (attack * 48)).toBeLessThan(1.03);
    const released = 4800 + loud + HOLD - 1;
    expect(timeTo63(gains, released, frames - 1) / (release * 48)).toBeGreaterThan(0.97);
    expect(timeTo63(gains, released, frames - 1) / (release * 48)).toBeLessThan(1.03);
  });
});

describe('compressor hold', () => {
  it('holds a peak for 2 ms to the frame before release begins: 96 frames at 48 kHz', () => {
    const input = [Float32Array.from({ length: 600 }, (_, i) => (i === 100 ? 0.9 : 0.001))];
    const [output] = render(
      compressor,
      { threshold: -40, ratio: 4, knee: 0, attack: 0, release: 20 },
      MONO,
      input,
    );
    const gains = output.map((value, i) => value / input[0][i]);
    const held = gains.findIndex((gain, i) => i > 100 && gain > gains[100] * 1.0001);
    expect(held).toBe(100 + 96);
  });
});

describe('compressor channels', () => {
  const STEREO = audioFormat(48000, 2);
  const loudLeft = (): Signal => [sine(MONO, 28800, 997, 0.9)[0], sine(MONO, 28800, 997, 0.05)[0]];
  const settings = { threshold: -20, ratio: 4 };
  const gains = (link: number, detection: string): number[] => {
    const input = loudLeft();
    const output = render(compressor, { ...settings, link, detection }, STEREO, input);
    return [0, 1].map((n) => gainDb([input[n]], [output[n]]));
  };

  it.each(['peak', 'rms'])('moves both channels by the same dB with link 1, %s', (detection) => {
    const [left, right] = gains(1, detection);
    expect(left).toBeLessThan(-5);
    expect(Math.abs(left - right)).toBeLessThan(1e-3);
  });

  it.each(['peak', 'rms'])(
    'leaves a quiet channel alone with link 0, and goes half way with 0.5, %s',
    (detection) => {
      const [left, right] = gains(0, detection);
      expect(Math.abs(right)).toBeLessThan(1e-3);
      const [, half] = gains(0.5, detection);
      expect(Math.abs(half - left / 2)).toBeLessThan(0.02);
    },
  );

  it('listens to the key instead of the input when there is one', () => {
    const quiet = sine(STEREO, 4800, 997, 0.01);
    const key = sine(STEREO, 4800, 997, 1);
    // Not on the stage's own memory: the reference backend takes any arrays.
    const { processor: reference } = open(compressor, settings, STEREO, {
      backend: 'reference',
      blockFrames: 4800,
    });
    reference.process({ main: quiet, key, outputs: [] }, 4800);
    expect(reference.meters().reduction).toBeLessThan(-10);
    reference.reset();
    reference.process({ main: quiet, key: null, outputs: [] }, 4800);
    expect(reference.meters().reduction).toBeCloseTo(0, 9);
  });

  it('is the identity to the bit at ratio 1 and no makeup', () => {
    const input = loudLeft();
    expect(maxAbsDifference(render(compressor, { ratio: 1, lookahead: 3 }, STEREO, input), input)).toBe(0);
  });

  it('sees ahead: with 5 ms of lookahead a step is met by 99 % of its reduction', () => {
    const frames = 9600;
    const input = [
      Float32Array.from({ length: frames }, (_, i) => (i < 4800 ? 0.01 : 0.5) * (i % 2 ? -1 : 1)),
    ];
    const [late] = render(compressor, { ...settings, attack: 1, lookahead: 0 }, MONO, input);
    const [ahead] = render(compressor, { ...settings, attack: 1, lookahead: 5 }, MONO, input);
    const [settled] = slice([ahead], frames - 1);
    expect(Math.abs(late[4800])).toBeGreaterThan(Math.abs(settled[0]) * 2.5);
    expect(Math.abs(ahead[4800])).toBeLessThan(Math.abs(settled[0]) * 1.02);
  });
});

describe('compressor while running', () => {
  it('glides evenly from 1:1 to 100:1: no step above 0.4 dB a frame at an attack of 0', () => {
    const { run, processor } = open(compressor, { threshold: -60, ratio: 1, attack: 0, knee: 0 }, MONO);
    const level = [Float32Array.from({ length: 12000 }, (_, i) => (i % 2 ? -0.5 : 0.5))];
    const head = feed(run, slice(level, 0, 1000));
    processor.set(compressor.params.parse({ threshold: -60, ratio: 100, attack: 0, knee: 0 }));
    const [output] = join(head, feed(run, slice(level, 1000)));
    for (let i = 1; i < output.length; i++) {
      expect(Math.abs(20 * Math.log10(Math.abs(output[i] / output[i - 1])))).toBeLessThan(0.4);
    }
  });

  it('gives the same bits in any blocks and on both backends while its makeup glides, over odd lengths', () => {
    const format = audioFormat(44100, 1); // the glide of 50 ms is 2205 frames, an odd number
    const input = sine(format, 8000, 200, 0.5);
    const outputs = (['reference', 'wasm'] as const).flatMap((backend) =>
      [1, 7, 1000].map((blockFrames) => {
        const { run, processor } = open(compressor, {}, format, { backend, blockFrames });
        const head = feed(run, slice(input, 0, 1000));
        processor.set(compressor.params.parse({ makeup: 12, threshold: -40 }));
        return join(head, feed(run, slice(input, 1000)));
      }),
    );
    for (const output of outputs) expect(maxAbsDifference(output, outputs[0])).toBe(0);
  });

  it('glides to new values: a tone of -20 dBFS never steps by more than 1 % of its peak beyond its own slope', () => {
    const { run, processor } = open(compressor, {}, MONO, { blockFrames: 480 });
    const input = sine(MONO, 48000, 200, 0.1);
    const out = new Float32Array(48000);
    for (let at = 0; at < 48000; at += 480) {
      if (at === 9600) processor.set(compressor.params.parse({ makeup: 12, threshold: -40 }));
      run.input[0].set(input[0].subarray(at, at + 480));
      out.set(run.process(480).channels[0].subarray(0, 480), at);
    }
    const slope = (2 * Math.PI * 200) / 48000;
    for (let i = 1; i < out.length; i++)
      expect(Math.abs(out[i] - out[i - 1])).toBeLessThan(0.4 * slope + 0.001);
  });
});
