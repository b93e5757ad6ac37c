import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLayout, type Speaker } from '../../../src/audio/format.ts';
import { SlidingSum } from '../../../src/dsp/levels/sliding-sum.ts';
import { channelWeights } from '../../../src/dsp/loudness/channel-weights.ts';
import { GatedHistogram } from '../../../src/dsp/loudness/gated-histogram.ts';
import { kWeighting } from '../../../src/dsp/loudness/k-weighting.ts';
import { LoudnessMeter, type LoudnessOptions } from '../../../src/dsp/loudness/loudness-meter.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { noise, programme, type Signal, sine } from '../../support/signals.ts';

/** A meter, and a way to feed it a signal in pieces. */
function metering(
  backend: (typeof BACKENDS)[number],
  sampleRate: number,
  channels: number,
  options: Partial<LoudnessOptions> = {},
) {
  const state = stateOn(backend);
  const maxFrames = 8192;
  const main = state.memory.planar(channels, maxFrames);
  const weights = channelWeights(defaultLayout(channels));
  const meter = new LoudnessMeter(state, { sampleRate, channels, maxFrames, weights, ...options });
  const feed = (signal: Signal, chunks: readonly number[] = [maxFrames]): LoudnessMeter => {
    for (let at = 0, turn = 0; at < signal[0].length; turn++) {
      const frames = Math.min(chunks[turn % chunks.length], signal[0].length - at);
      signal.forEach((x, n) => {
        main[n].set(x.subarray(at, at + frames));
      });
      meter.process(main, frames);
      at += frames;
    }
    return meter;
  };
  return { state, meter, feed };
}

const figures = (meter: LoudnessMeter, channels = 2) => [
  meter.momentary,
  meter.shortTerm,
  meter.integrated,
  meter.range,
  meter.momentaryMax,
  meter.shortTermMax,
  ...Array.from({ length: channels }, (_, n) => [meter.truePeak(n), meter.samplePeak(n)]),
];

/** Gain of K-weighting in dB at a frequency. */
function weightingDb(freqHz: number, sampleRate: number): number {
  const angle = (2 * Math.PI * freqHz) / sampleRate;
  const magnitude = (c0: number, c1: number, c2: number): number =>
    Math.hypot(
      c0 + c1 * Math.cos(angle) + c2 * Math.cos(2 * angle),
      c1 * Math.sin(angle) + c2 * Math.sin(2 * angle),
    );
  return kWeighting(sampleRate).reduce(
    (db, { b0, b1, b2, a1, a2 }) => db + 20 * Math.log10(magnitude(b0, b1, b2) / magnitude(1, a1, a2)),
    0,
  );
}

describe('K-weighting', () => {
  it("has at 48 kHz the coefficients of BS.1770-5's tables to all 14 printed decimals", () => {
    const [shelf, highpass] = kWeighting(48000);
    const printed = ({ b0, b1, b2, a1, a2 }: typeof shelf) => [b0, b1, b2, a1, a2].map((c) => c.toFixed(14));
    expect(printed(shelf)).toEqual([
      '1.53512485958697',
      '-2.69169618940638',
      '1.19839281085285',
      '-1.69065929318241',
      '0.73248077421585',
    ]);
    expect(printed(highpass)).toEqual([
      '1.00000000000000',
      '-2.00000000000000',
      '1.00000000000000',
      '-1.99004745483398',
      '0.99007225036621',
    ]);
  });

  it.each([
    [44100, 0.01],
    [32000, 0.05],
    [22050, 0.05],
    [96000, 0.05],
    [192000, 0.05],
  ])('is at %i Hz within %d dB of the table from 20 Hz to 4 kHz', (sampleRate, tolerance) => {
    for (let freq = 20; freq <= 4000; freq *= 1.1) {
      expect(Math.abs(weightingDb(freq, sampleRate) - weightingDb(freq, 48000))).toBeLessThan(tolerance);
    }
  });
});

describe('channel weights', () => {
  const weightsOf = (...layout: Speaker[]): number[] => channelWeights(layout);

  it('counts L R C once, the LFE not at all, the surrounds of 5.1 1.41 times by either name', () => {
    expect(weightsOf('FL', 'FR', 'FC', 'LFE', 'BL', 'BR')).toEqual([1, 1, 1, 0, 1.41, 1.41]);
    expect(weightsOf('FL', 'FR', 'FC', 'LFE', 'SL', 'SR')).toEqual([1, 1, 1, 0, 1.41, 1.41]);
  });

  it('counts the back of 7.1.4 and what is above once, its sides 1.41 times', () => {
    expect(weightsOf('FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR', 'TFL', 'TFR', 'TBL', 'TBR')).toEqual([
      1, 1, 1, 0, 1, 1, 1.41, 1.41, 1, 1, 1, 1,
    ]);
  });

  it('counts dual mono twice, and stereo as it is', () => {
    expect(channelWeights(['FC'], true)).toEqual([2]);
    expect(channelWeights(['FL', 'FR'], true)).toEqual([1, 1]);
  });
});

describe.each(BACKENDS)('the loudness meter, %s', (backend) => {
  // Below 22 kHz the bilinear transform bends the shelf's slope where the tone lies.
  it.each([
    [8000, 0.21],
    [11025, 0.11],
    [22050, 0.05],
    [44100, 0.02],
    [48000, 0.02],
    [192000, 0.02],
  ])(
    'reads a full-scale sine of 997 Hz in one channel at %i Hz as -3.01 LUFS within %d',
    (sampleRate, tolerance) => {
      const { feed } = metering(backend, sampleRate, 1, { truePeak: false });
      const meter = feed(sine({ channels: 1, sampleRate, layout: ['FC'] }, sampleRate, 997, 1));
      expect(Math.abs(meter.integrated + 3.01)).toBeLessThan(tolerance);
    },
  );

  it.each([50, 99, 150, 1000, 3363, 3364, 4000])(
    'reads noise of -20 dB between -70 and -16 LUFS, or nothing where nothing above 38 Hz fits, at %i Hz',
    (sampleRate) => {
      const meter = metering(backend, sampleRate, 1).feed(noise(1, 20 * sampleRate + 200, 3, 0.17));
      if (sampleRate > 76) expect(meter.integrated).toBeGreaterThan(-70);
      else expect(meter.integrated).toBe(Number.NEGATIVE_INFINITY);
      expect(meter.integrated).toBeLessThan(-16);
      expect(meter.momentaryMax).toBeLessThan(-10);
    },
  );

  it('gives the same figures to the bit however the stream is cut, at 22,050 Hz, where hops are of 220 or 221 frames', () => {
    const signal = programme(2, 90000, 5);
    const whole = figures(metering(backend, 22050, 2).feed(signal));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 8192 }), { minLength: 1, maxLength: 6 }), (chunks) => {
        expect(figures(metering(backend, 22050, 2).feed(signal, chunks))).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  it('reads NaN, infinities and 1e30 as silence, and goes on', () => {
    const clean = noise(2, 60000, 1, 0.25);
    const dirty = clean.map((x) => x.slice());
    [Number.NaN, Number.POSITIVE_INFINITY, 1e30].forEach((value, n) => {
      clean[1][5000 + n] = 0;
      dirty[1][5000 + n] = value;
    });
    expect(figures(metering(backend, 48000, 2).feed(dirty))).toEqual(
      figures(metering(backend, 48000, 2).feed(clean)),
    );
  });

  it('has no loudness before 400 ms, none but M before 3 s, and -Infinity again 4 s into silence', () => {
    const { meter, feed } = metering(backend, 8000, 1);
    feed(noise(1, 3199));
    expect(meter.momentary).toBe(Number.NEGATIVE_INFINITY);
    feed(noise(1, 1));
    expect(meter.momentary).toBeGreaterThan(-20);
    expect(meter.shortTerm).toBe(Number.NEGATIVE_INFINITY);
    feed([new Float32Array(4 * 8000)]);
    expect(meter.momentary).toBe(Number.NEGATIVE_INFINITY);
    expect(meter.momentaryMax).toBeGreaterThan(-20);
  });

  it('finds a true peak between the last two samples once the stream has ended', () => {
    const { meter, feed } = metering(backend, 48000, 1);
    const x = Float32Array.from({ length: 4800 }, (_, i) => 0.1 * Math.sin((Math.PI * i) / 2 + Math.PI / 4));
    x.set([-0.5, 0.5, 0.5], 4797);
    feed([x]);
    const before = meter.truePeak(0);
    expect(meter.samplePeak(0)).toBeCloseTo(-6.02, 2);
    meter.finish();
    expect(before).toBeLessThan(-6);
    expect(meter.truePeak(0)).toBeGreaterThan(-4.5);
  });
});

describe('the loudness meter', () => {
  it('reads the same in both backends, to the bit, mono to eight channels', () => {
    for (const channels of [1, 2, 3, 6, 8]) {
      const signal = programme(channels, 200000, channels);
      const [reference, wasm] = BACKENDS.map((backend) =>
        figures(metering(backend, 48000, channels).feed(signal), channels),
      );
      expect(wasm).toEqual(reference);
    }
  });

  it('begins anew on restart, while its windows go on: S of 3 s stands, I counts from there', () => {
    const { meter, feed } = metering('wasm', 8000, 1);
    feed(noise(1, 40000, 1, 0.5));
    feed(noise(1, 4000, 2, 0.05));
    meter.restart();
    expect(meter.integrated).toBe(Number.NEGATIVE_INFINITY);
    expect(meter.shortTerm).toBeGreaterThan(-20);
    feed(noise(1, 40000, 2, 0.05));
    expect(Math.abs(meter.integrated - meter.shortTerm)).toBeLessThan(0.3);
  });
});

describe('the histogram', () => {
  it('agrees within 0.01 LU with a list of every value, in gated mean and percentiles', () => {
    const power = (lufs: number): number => 10 ** ((lufs + 0.691) / 10);
    const mean = (values: readonly number[]): number =>
      10 * Math.log10(values.reduce((sum, lufs) => sum + power(lufs), 0) / values.length) - 0.691;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -75, max: 5, noNaN: true }), { minLength: 20, maxLength: 300 }),
        (values) => {
          const histogram = new GatedHistogram(stateOn('reference'));
          for (const lufs of values) histogram.add(power(lufs));
          const heard = values.filter((lufs) => lufs >= -70).sort((a, b) => a - b);
          fc.pre(heard.length > 0);
          const gate = mean(heard) - 20;
          // A value within a bin of the gate may fall on either side.
          fc.pre(heard.every((lufs) => Math.abs(lufs - gate) > 0.02));
          const above = heard.filter((lufs) => lufs >= gate);
          const at = (share: number): number => above[Math.round(share * (above.length - 1))];
          expect(Math.abs(histogram.gatedMean(-20) - mean(above))).toBeLessThan(0.001);
          expect(Math.abs(histogram.spread(-20, 0.1, 0.95) - (at(0.95) - at(0.1)))).toBeLessThan(0.02);
        },
      ),
    );
  });

  it('counts what is louder than its last bin, +30 LUFS, at its own loudness', () => {
    const histogram = new GatedHistogram(stateOn('reference'));
    histogram.add(1e5);
    expect(histogram.gatedMean(-10)).toBeCloseTo(50 - 0.691, 9);
  });
});

describe('the sliding sum', () => {
  it('is the plain sum of the last n values, and exactly 0 after n zeros', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200 }),
        (length, values) => {
          const sum = new SlidingSum(stateOn('reference'), length);
          values.forEach((value, i) => {
            sum.add(value);
            const plain = values.slice(Math.max(0, i + 1 - length), i + 1).reduce((a, b) => a + b, 0);
            expect(Math.abs(sum.sum - plain)).toBeLessThanOrEqual(1e-12 * plain);
          });
          for (let n = 0; n < length; n++) sum.add(0);
          expect(sum.sum).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
