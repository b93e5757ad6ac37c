import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { limiter } from '../../src/stages/limiter.ts';
import { bandLimited, OVERS, overs, scaledTo } from '../support/overs.ts';
import { feed, open, render } from '../support/render.ts';
import { type Signal, sine } from '../support/signals.ts';
import { annex2Peak, sixteenfoldPeak } from '../support/true-peak-meter.ts';

const CEILING = -1;
/** Linear bound of what is at most so many dB over the ceiling. */
const over = (db: number): number => 10 ** ((CEILING + db) / 20);
const peakOf = (overDb: number): number => over(overDb);

const limited = (input: Signal, sampleRate: number, settings: object = {}): Signal =>
  render(limiter, { ceiling: CEILING, ...settings }, audioFormat(sampleRate, input.length), input);

const cases = OVERS.flatMap((name) => [44100, 48000, 96000].map((sampleRate) => ({ name, sampleRate })));

describe('the true-peak ceiling', () => {
  it.each(cases)(
    'is exceeded by at most 0.00 dB by the Annex 2 filter: $name 6 to 20 dB over, $sampleRate Hz',
    ({ name, sampleRate }) => {
      for (const overDb of [6, 12, 20]) {
        for (const channels of [1, 2, 6]) {
          const frames = channels === 6 ? 4000 : 12000;
          const input = overs(name, { channels, frames, sampleRate, peak: peakOf(overDb) });
          expect(annex2Peak(limited(input, sampleRate))).toBeLessThan(over(0.005));
        }
      }
    },
  );

  it.each(cases)(
    'is exceeded by at most 0.1 dB by a meter of 16 x 160 taps, up to 20 kHz: $name, $sampleRate Hz',
    ({ name, sampleRate }) => {
      const input = bandLimited(overs(name, { channels: 1, frames: 5000, sampleRate, peak: 1 }), sampleRate);
      for (const overDb of [6, 20]) {
        const output = limited(scaledTo(input, peakOf(overDb)), sampleRate);
        expect(sixteenfoldPeak(output)).toBeLessThanOrEqual(over(0.1));
        expect(annex2Peak(output)).toBeLessThan(over(0.005));
      }
    },
  );

  it('holds for any lookahead, release, link and level: at most 0.00 dB over by the Annex 2 filter', () => {
    fc.assert(
      fc.property(
        fc.record({
          lookahead: fc.double({ min: 0.5, max: 20, noNaN: true }),
          release: fc.double({ min: 1, max: 500, noNaN: true }),
          link: fc.constantFrom(0, 0.3, 1),
          adaptiveRelease: fc.boolean(),
        }),
        fc.constantFrom(...OVERS),
        fc.constantFrom(44100, 48000, 96000),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (settings, name, sampleRate, overDb) => {
          const input = overs(name, { channels: 2, frames: 5000, sampleRate, peak: peakOf(overDb) });
          expect(annex2Peak(limited(input, sampleRate, settings))).toBeLessThan(over(0.005));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('comes down by 12 dB without a step: a tone of 1 kHz is under the new one 15 ms later', () => {
    const format = audioFormat(48000, 1);
    const { run, processor } = open(limiter, { ceiling: 0 }, format, { blockFrames: 480 });
    const input = sine(format, 24000, 1000, 0.9);
    const head = feed(run, [input[0].subarray(0, 12000)])[0];
    processor.set({ ...(processor.params as object), ceiling: -12 });
    const tail = feed(run, [input[0].subarray(12000)])[0];
    const settled = tail.slice(processor.latency + 480);
    expect(Math.max(...head.slice(1000))).toBeGreaterThan(0.89);
    expect(Math.max(...settled)).toBeLessThanOrEqual(10 ** (-12 / 20));
    // Third differences show any kink far above those of the tone itself, 0.9 (2 pi / 48)^3.
    const kink = (x: Float32Array): number =>
      x
        .slice(3)
        .reduce((top, _, i) => Math.max(top, Math.abs(x[i + 3] - 3 * x[i + 2] + 3 * x[i + 1] - x[i])), 0);
    expect(kink(tail)).toBeLessThan(1.2 * 0.9 * (Math.PI / 24) ** 3);
  });
});
