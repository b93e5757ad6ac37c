import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { multiplexPower } from '../../src/stages/multiplex-power.ts';
import { AUDIO_KHZ, CARRIERS, largestPower, REFERENCE } from '../support/multiplex-power-meter.ts';
import { drain, feed, join, open, render } from '../support/render.ts';
import { maxAbsDifference, noise, programme, rmsDb, type Signal, silence, sine } from '../support/signals.ts';

const db = (power: number): number => 10 * Math.log10(power);
/** Neither pilot nor RDS: 75 kHz are the audio's. */
const BARE = { pilot: 0, rds: 0 };

/** Power of the multiplex in dBr that the stage reads at the end of a signal that it lets through. */
function reading(input: Signal, rate: number, settings: object): number {
  const { run, processor } = open(
    multiplexPower,
    { limit: 20, ...settings },
    audioFormat(rate, input.length),
  );
  feed(run, input);
  drain(run);
  return processor.meters().power as number;
}

describe('multiplex-power', () => {
  it('reads a tone of 19 kHz deviation in M as 0 dBr, and with a pilot of 6.75 kHz and RDS of 2 as 0.56 dBr, within 0.001 dB', () => {
    const tone = (audioKhz: number): Signal => {
      const [x] = sine(audioFormat(48000, 1), 3 * 48000, 1000, 19 / audioKhz);
      return [x, x];
    };
    expect(Math.abs(reading(tone(75), 48000, BARE))).toBeLessThan(0.001);
    expect(Math.abs(reading(tone(AUDIO_KHZ), 48000, {}) - db(1 + CARRIERS / REFERENCE))).toBeLessThan(0.001);
    expect(db(1 + CARRIERS / REFERENCE)).toBeCloseTo(0.56, 2);
  });

  it('reads what a multiplex made of two tones, pilot and subcarrier has, sample by sample at 400 kHz, within 0.001 dB', () => {
    const [rate, frames] = [400_000, 400_000];
    const wave = (freqHz: number, i: number): number => Math.sin((2 * Math.PI * freqHz * i) / rate);
    let power = 0;
    for (let i = 0; i < frames; i++) {
      const [left, right] = [0.5 * wave(400, i), 0.3 * wave(1300, i) - 0.2 * wave(400, i)];
      const audio = (left + right) / 2 + ((left - right) / 2) * wave(38_000, i);
      power += (AUDIO_KHZ * audio + 6.75 * wave(19_000, i) + 2 * wave(57_000, i)) ** 2 / frames;
    }
    const format = audioFormat(48000, 1);
    const [a] = sine(format, 48000, 400, 1);
    const [b] = sine(format, 48000, 1300, 1);
    const input = [a.map((x) => 0.5 * x), b.map((x, i) => 0.3 * x - 0.2 * a[i])];
    expect(Math.abs(reading(input, 48000, {}) - db(power / REFERENCE))).toBeLessThan(0.001);
  });

  it('leaves no 60 s above 0 dBr, whatever is sent: 100 programmes of silence, noise and squares at full scale', () => {
    const rate = 200;
    const piece = fc.record({
      seconds: fc.double({ min: 0.1, max: 80, noNaN: true }),
      level: fc.double({ min: 0, max: 1, noNaN: true }),
      kind: fc.constantFrom('noise', 'square', 'side', 'silence'),
    });
    const make = ({ seconds, level, kind }: { seconds: number; level: number; kind: string }): Signal => {
      const frames = Math.ceil(seconds * rate);
      if (kind === 'silence') return silence(2, frames);
      if (kind === 'noise') return noise(2, frames, frames, level);
      const x = new Float32Array(frames).map((_, i) => (i % 8 < 4 ? level : -level));
      return [x, kind === 'side' ? x.map((value) => -value) : x];
    };
    const format = audioFormat(rate, 2);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const sent = render(multiplexPower, {}, format, pieces.map(make).reduce(join));
        return largestPower(sent, rate) <= 0;
      }),
      { numRuns: 100 },
    );
  });

  it('uses the allowance: steady noise 6 dB over it settles between -0.4 and 0 dBr within a minute', () => {
    const rate = 2000;
    const input = noise(2, 180 * rate, 3, 0.85);
    const sent = render(multiplexPower, {}, audioFormat(rate, 2), input);
    expect(largestPower(input, rate)).toBeGreaterThan(5);
    const settled = largestPower(
      sent.map((x) => x.subarray(120 * rate)),
      rate,
    );
    expect(settled).toBeGreaterThan(-0.4);
    expect(settled).toBeLessThanOrEqual(0);
  });

  it('turns down without a jump: at most 1.1 dB within 100 ms when full-scale noise follows a minute of silence', () => {
    const rate = 2000;
    const burst = noise(1, 60 * rate, 5, 1);
    const sent = render(multiplexPower, {}, audioFormat(rate, 1), join(silence(1, 60 * rate), burst));
    const gains = Array.from({ length: 600 }, (_, n) => {
      const at = n * 0.1 * rate;
      const power = (x: Float32Array, from: number): number =>
        x.subarray(from, from + 20).reduce((sum, v) => sum + v * v, 0);
      return db(power(sent[0], 60 * rate + at) / power(burst[0], at));
    });
    const steps = gains.slice(1).map((gain, n) => gains[n] - gain);
    expect(Math.max(...steps)).toBeLessThan(1.1);
    expect(Math.min(...gains)).toBeLessThan(-9);
    expect(Math.min(...gains)).toBeGreaterThan(-14);
  });

  it('lets what is within the limit pass to the bit', () => {
    const input = programme(2, 20 * 8000, 1, 0.2);
    expect(maxAbsDifference(render(multiplexPower, {}, audioFormat(8000, 2), input), input)).toBe(0);
  });

  it('moves by less than 6 dB when the limit falls by 6 dB in mid-air, and holds the new one in every minute that begins behind it', () => {
    const rate = 1000;
    const input = noise(1, 90 * rate, 3, 0.8);
    const { run, processor } = open(multiplexPower, { limit: 6 }, audioFormat(rate, 1));
    const before = feed(run, input);
    processor.set({ ...(processor.params as object), limit: 0 });
    const after = join(feed(run, input), drain(run));
    const seconds = Array.from({ length: 89 }, (_, n) =>
      rmsDb([after[0].subarray(n * rate, (n + 1) * rate)]),
    );
    expect(rmsDb(before) - rmsDb(after)).toBeGreaterThan(3);
    expect(Math.max(...seconds) - Math.min(...seconds)).toBeLessThan(6);
    expect(largestPower([after[0].subarray(0.2 * rate)], rate)).toBeLessThanOrEqual(0);
  });

  it('refuses a limit that pilot and RDS reach by themselves', () => {
    expect(() => open(multiplexPower, { limit: -6, pilot: 7.5, rds: 7.5 }, audioFormat(48000, 2))).toThrow(
      'leaves nothing for the audio',
    );
  });

  it('passes more than two channels untouched', () => {
    const input = noise(6, 4000, 1, 1);
    const out = render(multiplexPower, { limit: -6, mean: 1000 }, audioFormat(8000, 6), input);
    expect(maxAbsDifference(out, input)).toBe(0);
  });
});
