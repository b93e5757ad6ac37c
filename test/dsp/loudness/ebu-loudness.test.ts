import { describe, expect, it } from 'vitest';
import { type ChannelLayout, defaultLayout } from '../../../src/audio/format.ts';
import { channelWeights } from '../../../src/dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../../src/dsp/loudness/loudness-meter.ts';
import { stateOn } from '../../support/backends.ts';
import type { Signal } from '../../support/signals.ts';

// The signals of EBU Tech 3341 (2023), Table 1, and EBU Tech 3342 (2023), Table 1, synthesised from their text, with the
// documents' tolerances. Cases 5 and 6 of 3342, 7 and 8 of 3341, are recordings and left out.

/** Peak level of a 1 kHz sine in dBFS, one for all channels or one each, and how long it lasts in seconds. */
type Tone = readonly [levels: number | readonly number[], seconds: number];

const SILENCE = Number.NEGATIVE_INFINITY;
const TOLERANCE = 0.1;
const STEREO = defaultLayout(2);
/** All times in the tables are multiples of 10 ms, in which 1 kHz has ten whole periods. */
const STEPS = 100;

class ToneMeter {
  readonly meter: LoudnessMeter;
  readonly #sampleRate: number;
  readonly #main: readonly Float32Array[];

  constructor(sampleRate: number, layout: ChannelLayout = STEREO) {
    const state = stateOn('wasm');
    const channels = layout.length;
    this.#sampleRate = sampleRate;
    this.#main = state.memory.planar(channels, sampleRate);
    this.meter = new LoudnessMeter(state, {
      sampleRate,
      channels,
      maxFrames: sampleRate,
      weights: channelWeights(layout),
      truePeak: false,
    });
  }

  /** Plays tones one after the other; `onStep` is called every 10 ms when given. */
  play(tones: readonly Tone[], onStep?: () => void): this {
    const step = this.#sampleRate / STEPS;
    for (const [levels, seconds] of tones) {
      const steps = Math.round(seconds * STEPS);
      const longest = onStep ? 1 : STEPS;
      this.#main.forEach((channel, n) => {
        const peak = 10 ** ((typeof levels === 'number' ? levels : levels[n]) / 20);
        for (let i = 0; i < step; i++)
          channel[i] = peak * Math.sin((2 * Math.PI * 1000 * i) / this.#sampleRate);
        for (let at = step; at < longest * step; at += step) channel.copyWithin(at, 0, step);
      });
      for (let left = steps; left > 0; left -= longest) {
        this.meter.process(this.#main, step * Math.min(left, longest));
        onStep?.();
      }
    }
    return this;
  }

  /** Largest and smallest distance of readings from -23 LUFS while tones play, from `after` seconds on. */
  spread(tones: readonly Tone[], after: number, read: (meter: LoudnessMeter) => number): number {
    let step = 0;
    let worst = 0;
    this.play(tones, () => {
      step += 1;
      if (step >= after * STEPS) worst = Math.max(worst, Math.abs(read(this.meter) + 23));
    });
    return worst;
  }
}

const near = (actual: number, expected: number, tolerance = TOLERANCE): void => {
  expect(Math.abs(actual - expected), `reads ${actual}, not ${expected}`).toBeLessThanOrEqual(tolerance);
};
const twenty = Array.from({ length: 20 }, (_, i) => i);
const times = (count: number, tones: readonly Tone[]): Tone[] =>
  Array.from({ length: count }, () => tones).flat();

describe.each([44100, 48000, 96000])('EBU Tech 3341 at %i Hz, within 0.1 LU', (sampleRate) => {
  const play = (...tones: Tone[]): LoudnessMeter => new ToneMeter(sampleRate).play(tones).meter;

  it.each([
    [1, -23],
    [2, -33],
  ])('reads case %i, a steady tone of %i dBFS, as M, S and I', (_case, level) => {
    const meter = play([level, 20]);
    for (const reading of [meter.momentary, meter.shortTerm, meter.integrated]) near(reading, level);
  });

  it('reads case 3, 10 s at -36, 60 s at -23, 10 s at -36: -23.0 by the relative gate', () => {
    near(play([-36, 10], [-23, 60], [-36, 10]).integrated, -23);
  });

  it('reads case 4, with -72 before and behind: -23.0 by both gates', () => {
    near(play([-72, 10], [-36, 10], [-23, 60], [-36, 10], [-72, 10]).integrated, -23);
  });

  it('reads case 5, 20 s at -26, 20.1 s at -20, 20 s at -26: -23.0', () => {
    near(play([-26, 20], [-20, 20.1], [-26, 20]).integrated, -23);
  });

  it('reads case 6, L R -28, C -24, Ls Rs -30: -23.0 with the surround weight, and so with an LFE at -10', () => {
    const five = new ToneMeter(sampleRate, defaultLayout(5)).play([[[-28, -28, -24, -30, -30], 20]]);
    near(five.meter.integrated, -23);
    const six = new ToneMeter(sampleRate, defaultLayout(6)).play([[[-28, -28, -24, -10, -30, -30], 20]]);
    near(six.meter.integrated, -23);
  });

  it('reads case 9, 1.34 s at -20 and 1.66 s at -30 in turn: S -23.0 throughout after 3 s', () => {
    const tones = times(5, [
      [-20, 1.34],
      [-30, 1.66],
    ]);
    near(
      new ToneMeter(sampleRate).spread(tones, 3, ({ shortTerm }) => shortTerm),
      0,
    );
  });

  it.each(twenty)('reads case 10, part %#: 3 s at -23 wherever they begin: S at most -23.0', (i) => {
    near(play([SILENCE, 0.15 * i], [-23, 3], [SILENCE, 1]).shortTermMax, -23);
  });

  it('reads case 11: 3 s from -38 to -19 in 20 windows of 6 s of one stream: S at most that', () => {
    const tones = new ToneMeter(sampleRate);
    for (const i of twenty) {
      tones.play([
        [SILENCE, 0.15 * i],
        [-38 + i, 3],
        [SILENCE, 3 - 0.15 * i],
      ]);
      near(tones.meter.shortTermMax, -38 + i);
    }
  });

  it('reads case 12, 0.18 s at -20 and 0.22 s at -30 in turn: M -23.0 throughout after 1 s', () => {
    const tones = times(25, [
      [-20, 0.18],
      [-30, 0.22],
    ]);
    near(
      new ToneMeter(sampleRate).spread(tones, 1, ({ momentary }) => momentary),
      0,
    );
  });

  it.each(twenty)('reads case 13, part %#: 400 ms at -23 wherever they begin: M at most -23.0', (i) => {
    near(play([SILENCE, 0.02 * i], [-23, 0.4], [SILENCE, 1]).momentaryMax, -23);
  });

  it('reads case 14: 400 ms from -38 to -19 in 20 windows of 800 ms of one stream: M at most that', () => {
    const tones = new ToneMeter(sampleRate);
    for (const i of twenty) {
      tones.play([
        [SILENCE, 0.02 * i],
        [-38 + i, 0.4],
        [SILENCE, 0.4 - 0.02 * i],
      ]);
      near(tones.meter.momentaryMax, -38 + i);
    }
  });
});

describe.each([44100, 48000, 96000])('EBU Tech 3342 at %i Hz, within 1 LU', (sampleRate) => {
  it.each([
    [1, [-20, -30], 10],
    [2, [-20, -15], 5],
    [3, [-40, -20], 20],
    [4, [-50, -35, -20, -35, -50], 15],
  ])('reads case %i, 20 s each at %j dBFS: LRA %i', (_case, levels, range) => {
    const { meter } = new ToneMeter(sampleRate).play(levels.map((level) => [level, 20]));
    near(meter.range!, range, 1);
  });
});

/** True peak of the highest channel of a signal, from beginning to end. */
function truePeakOf(signal: Signal, sampleRate: number): number {
  const state = stateOn('wasm');
  const main = state.memory.planar(signal.length, signal[0].length);
  signal.forEach((channel, n) => {
    main[n].set(channel);
  });
  const maxFrames = signal[0].length;
  const weights = signal.map(() => 1);
  const meter = new LoudnessMeter(state, { sampleRate, channels: signal.length, maxFrames, weights });
  meter.process(main, maxFrames);
  meter.finish();
  return Math.max(...signal.map((_, channel) => meter.truePeak(channel)));
}

/** Ends of 10 ms without a click, whose own true peak would be what is read. */
const faded = (x: Float64Array, sampleRate: number): Float64Array =>
  x.map((sample, i) => sample * Math.min(1, (100 * Math.min(i, x.length - 1 - i)) / sampleRate));

const withinTruePeakTolerance = (actual: number, expected: number): void => {
  expect(actual).toBeLessThanOrEqual(expected + 0.2);
  expect(actual).toBeGreaterThanOrEqual(expected - 0.4);
};

describe.each([44100, 48000, 96000])('EBU Tech 3341 true peaks at %i Hz, within +0.2/-0.4 dB', (rate) => {
  it.each([
    [15, 4, 0.5, 0, -6],
    [16, 4, 0.5, 45, -6],
    [17, 6, 0.5, 60, -6],
    [18, 8, 0.5, 67.5, -6],
    [19, 4, 1.41, 45, 3],
  ])(
    'reads case %i, a sine at fs/%i of %d at %d degrees: %d dBTP',
    (_case, divisor, peak, degrees, expected) => {
      const phase = (degrees * Math.PI) / 180;
      const sine = Float64Array.from(
        { length: rate / 4 },
        (_, i) => peak * Math.sin((2 * Math.PI * i) / divisor + phase),
      );
      const x = Float32Array.from(faded(sine, rate));
      withinTruePeakTolerance(truePeakOf([x, x], rate), expected);
    },
  );

  // One period of fs/4 at full scale within fs/6 at 0.5, made at 4 fs, low-passed, and every fourth sample taken.
  it.each([
    [20, 0],
    [21, 1],
    [22, 2],
    [23, 3],
  ])('reads case %i, one period at full scale, decimated at offset %i of 4: 0.0 dBTP', (_case, offset) => {
    const frames = rate / 2;
    const middle = 24 * Math.floor(frames / 12);
    const fast = Float64Array.from({ length: 4 * frames }, (_, i) =>
      i >= middle && i < middle + 16
        ? Math.sin((2 * Math.PI * (i - middle)) / 16)
        : 0.5 * Math.sin((2 * Math.PI * (i < middle ? i - middle : i - middle - 16)) / 24),
    );
    const source = faded(fast, 4 * rate);
    const half = 48;
    const taps = Float64Array.from({ length: 2 * half + 1 }, (_, k) => {
      const angle = (Math.PI * (k - half)) / 4;
      const window =
        0.42 +
        0.5 * Math.cos((Math.PI * (k - half)) / half) +
        0.08 * Math.cos((2 * Math.PI * (k - half)) / half);
      return (window * (k === half ? 1 : Math.sin(angle) / angle)) / 4;
    });
    const x = Float32Array.from({ length: frames }, (_, frame) =>
      taps.reduce((sum, tap, k) => sum + tap * (source[4 * frame + offset + k - half] ?? 0), 0),
    );
    withinTruePeakTolerance(truePeakOf([x, x], rate), 0);
  });
});
