import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { gate } from '../../src/stages/gate.ts';
import { feed, open, render } from '../support/render.ts';
import { maxAbsDifference, noise, type Signal, silence, sine, slice } from '../support/signals.ts';

const MONO = audioFormat(48000, 1);
/** Frames for which the detector holds a peak: 2 ms at 48 kHz. */
const PEAK_HOLD = 96;

/** A carrier of constant magnitude: +-level in turn, level in dB by frame. */
const carrier = (frames: number, levelDb: (frame: number) => number): Signal => [
  Float32Array.from({ length: frames }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (levelDb(i) / 20)),
];

/** Gain in dB, frame by frame. */
const gainsOf = (settings: object, input: Signal): Float64Array => {
  const [output] = render(gate, settings, MONO, input);
  return Float64Array.from(output, (value, i) => 20 * Math.log10(value / input[0][i]));
};

/** Gain in dB between two signals over their last 40 %, from their powers. */
function gainDb(input: Signal, output: Signal): number {
  const from = Math.round(input[0].length * 0.6);
  const power = ([channel]: Signal): number => channel.subarray(from).reduce((sum, v) => sum + v * v, 0);
  return 10 * Math.log10(power(output) / power(input));
}

describe('gate static curve', () => {
  it.each([
    { threshold: -30, ratio: 2, range: 120 },
    { threshold: -20, ratio: 1.2, range: 120 },
    { threshold: -45, ratio: 10, range: 40 },
    { threshold: -10, ratio: 4, range: 24 },
    { threshold: -60, ratio: 100, range: 80 },
  ])(
    'holds -min((R - 1)(T - x), range) within 0.02 dB from -80 to 0 dBFS: $threshold dB, $ratio:1, $range dB',
    ({ threshold, ratio, range }) => {
      for (let level = -80; level <= 0; level += 2.5) {
        const input = carrier(19200, () => level);
        const settings = { threshold, ratio, range, hysteresis: 0, release: 10 };
        const expected = -Math.min((ratio - 1) * Math.max(threshold - level, 0), range);
        expect(Math.abs(gainDb(input, render(gate, settings, MONO, input)) - expected)).toBeLessThan(0.02);
      }
    },
  );

  it('reads the root mean square within 0.05 dB with detection rms', () => {
    for (let level = -70; level <= 0; level += 5) {
      const input = sine(MONO, 28800, 997, 10 ** (level / 20));
      const settings = { threshold: -30, ratio: 2, range: 120, hysteresis: 0, release: 10, detection: 'rms' };
      const expected = -Math.max(-30 - (level - 20 * Math.log10(Math.SQRT2)), 0);
      expect(Math.abs(gainDb(input, render(gate, settings, MONO, input)) - expected)).toBeLessThan(0.05);
    }
  });

  it.each([8000, 44100, 192000])('stops at its range of 24 dB within 0.001 dB at %i Hz', (sampleRate) => {
    const format = audioFormat(sampleRate, 1);
    const input = sine(format, sampleRate / 2, 997, 0.001);
    const output = render(gate, { range: 24, release: 5 }, format, input);
    expect(Math.abs(gainDb(input, output) + 24)).toBeLessThan(0.001);
  });

  it('passes what is above its threshold to the bit, 50 Hz included, and so leaves no harmonics', () => {
    for (const freqHz of [50, 997, 15000]) {
      const input = sine(MONO, 48000, freqHz, 0.02, Math.PI / 2);
      expect(maxAbsDifference(render(gate, { threshold: -40 }, MONO, input), input)).toBe(0);
    }
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

describe('gate timing', () => {
  it.each([
    { attack: 1, hold: 0, release: 50 },
    { attack: 10, hold: 25, release: 100 },
    { attack: 80, hold: 5, release: 20 },
  ])(
    'takes its attack of $attack ms and, after a hold of $hold ms, its release of $release ms within 3 %',
    ({ attack, hold, release }) => {
      const quiet = Math.max(12 * release, 200) * 48;
      const loud = Math.max(14 * attack, 100) * 48;
      const rest = (hold + 2 + 12 * release) * 48;
      const loudAt = (i: number): boolean => i >= quiet && i < quiet + loud;
      const input = carrier(quiet + loud + rest, (i) => (loudAt(i) ? -20 : -45));
      const settings = { threshold: -30, ratio: 2, range: 60, attack, hold, release };
      const gains = gainsOf(settings, input);
      const opened = timeTo63(gains, quiet, quiet + loud - 1);
      expect(Math.abs(opened / (attack * 48) - 1)).toBeLessThan(0.03);
      const from = quiet + loud + PEAK_HOLD - 1 + hold * 48;
      expect(Math.abs(timeTo63(gains, from, gains.length - 1) / (release * 48) - 1)).toBeLessThan(0.03);
    },
  );

  it.each([0, 10, 33.3])('stays open for its hold of %d ms to the frame', (hold) => {
    const input = carrier(12000, (i) => (i < 4800 ? -10 : -70));
    const gains = gainsOf({ threshold: -30, attack: 0, hold, release: 0 }, input);
    const closed = gains.findIndex((gain, i) => i >= 4800 && gain < -1);
    // The last loud frame is 4799, and the detector holds it for 96 frames, itself included.
    expect(closed).toBe(4799 + PEAK_HOLD + Math.round(hold * 48));
  });

  it('is open before a sound with 5 ms of lookahead, and declares them: 240 frames', () => {
    const settings = { threshold: -30, attack: 1, release: 20 };
    const input = carrier(24000, (i) => (i < 12000 ? -70 : -10));
    expect(gainsOf(settings, input)[12000]).toBeLessThan(-30);
    expect(gainsOf({ ...settings, lookahead: 5 }, input)[12000]).toBeGreaterThan(-0.3);
    expect(open(gate, { lookahead: 5 }, MONO).processor.latency).toBe(240);
  });
});

describe('gate hysteresis', () => {
  const settings = { threshold: -30, hysteresis: 6, ratio: 10, attack: 0, hold: 0, release: 0 };

  it('opens at -30.0 dBFS on the way up and closes at -36.0 on the way down, within 0.02 dB', () => {
    const half = 48000;
    const level = (i: number): number => (i < half ? -50 + (40 * i) / half : -10 - (40 * (i - half)) / half);
    const gains = gainsOf(settings, carrier(2 * half, level));
    // Frame 0 is not counted: 10:1 under the threshold is far below -1 dB.
    const opened = gains.findIndex((gain) => gain > -1e-3);
    const closed = gains.findIndex((gain, i) => i > half && gain < -1);
    expect(Math.abs(level(opened) + 30)).toBeLessThan(0.02);
    expect(Math.abs(level(closed - PEAK_HOLD) + 36)).toBeLessThan(0.02);
  });

  it('does not chatter: a level that wavers by +-2.5 dB 20 times a second turns it over once; without, 20 times', () => {
    const turns = (hysteresis: number): number => {
      const waver = (i: number): number => -30 + 2.5 * Math.sin((2 * Math.PI * 20 * i) / 48000);
      const gains = gainsOf({ ...settings, hysteresis }, carrier(48000, waver));
      return gains.reduce(
        (count, gain, i) => count + (i > 0 && gain > -1e-3 && gains[i - 1] <= -1e-3 ? 1 : 0),
        0,
      );
    };
    expect(turns(6)).toBeLessThanOrEqual(1);
    expect(turns(0)).toBeGreaterThanOrEqual(19);
  });
});

describe('gate channels and key', () => {
  const quietRight = (): Signal => [sine(MONO, 24000, 997, 0.5)[0], sine(MONO, 24000, 997, 0.001)[0]];
  const right = (link: number): number => {
    const input = quietRight();
    const output = render(
      gate,
      { threshold: -30, range: 20, release: 20, link },
      audioFormat(48000, 2),
      input,
    );
    return gainDb([input[1]], [output[1]]);
  };

  it('opens all channels with the loudest at link 1, each by itself at 0', () => {
    expect(right(1)).toBe(0);
    expect(Math.abs(right(0) + 20)).toBeLessThan(0.001);
  });

  it('listens to its key, and hears no bass behind a key high-pass of 500 Hz', () => {
    const frames = 9600;
    const main = sine(MONO, frames, 997, 0.001);
    const meters = (settings: object, key: Signal): unknown => {
      const { processor } = open(gate, settings, MONO, { backend: 'reference', blockFrames: frames });
      processor.process({ main: slice(main, 0), key, outputs: [] }, frames);
      return processor.meters().open;
    };
    const bass = sine(MONO, frames, 60, 0.1);
    expect(meters({ threshold: -30 }, bass)).toBe(true);
    expect(meters({ threshold: -30, keyHighpass: 500 }, bass)).toBe(false);
    expect(meters({ threshold: -30 }, silence(1, frames))).toBe(false);
  });

  it('says what it does: open, and the gain of the newest frame and the lowest so far', () => {
    const { run, processor } = open(gate, { threshold: -30, range: 20, release: 10, attack: 1 }, MONO);
    feed(run, noise(1, 24000, 1, 0.001));
    expect(processor.meters()).toMatchObject({ open: false });
    expect(processor.meters().reduction).toBeCloseTo(-20, 3);
    feed(run, noise(1, 24000, 1, 0.5));
    expect(processor.meters()).toMatchObject({ open: true });
    expect(processor.meters().reduction).toBeCloseTo(0, 3);
    expect(processor.meters().maxReduction).toBeCloseTo(-20, 3);
  });
});
