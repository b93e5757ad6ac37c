import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { LoudnessMeter } from '../../src/dsp/loudness/loudness-meter.ts';
import { agc } from '../../src/stages/agc.ts';
import type { AnyStage } from '../../src/stages/define-stage.ts';
import { loudnessNormalize } from '../../src/stages/loudness-normalize.ts';
import { stateOn } from '../support/backends.ts';
import { drain, feed, join, open, render } from '../support/render.ts';
import { noise, rmsDb, type Signal, silence } from '../support/signals.ts';
import { annex2Peak } from '../support/true-peak-meter.ts';

const RATE = 16000;
const MONO = audioFormat(RATE, 1);
const PAUSE = 60;

/** Integrated and short-term loudness of a signal: the latter every 10 ms. */
function loudnessOf(signal: Signal): { integrated: number; shortTerm: number[]; momentary: number[] } {
  const state = stateOn('wasm');
  const step = RATE / 100;
  const main = state.memory.planar(1, step);
  const meter = new LoudnessMeter(state, {
    sampleRate: RATE,
    channels: 1,
    maxFrames: step,
    weights: [1],
    truePeak: false,
  });
  const shortTerm: number[] = [];
  const momentary: number[] = [];
  for (let at = 0; at + step <= signal[0].length; at += step) {
    main[0].set(signal[0].subarray(at, at + step));
    meter.process(main, step);
    shortTerm.push(meter.shortTerm);
    momentary.push(meter.momentary);
  }
  return { integrated: meter.integrated, shortTerm, momentary };
}

/** Steady noise of a loudness. */
function steady(lufs: number, seconds: number, seed = 1): Signal {
  const [x] = noise(1, seconds * RATE, seed, 0.1);
  const gain = 10 ** ((lufs - loudnessOf([x.subarray(0, 4 * RATE)]).integrated) / 20);
  return [x.map((sample) => sample * gain)];
}

/** Gain in dB over some frames. */
function gainOver(output: Float32Array, input: Float32Array, from: number, frames: number): number {
  const [after, before] = [output, input].map((x) => rmsDb([x.subarray(from, from + frames)]));
  return after - before;
}

const joined = (...signals: Signal[]): Signal => signals.reduce(join);
const play = (stage: AnyStage, settings: object, input: Signal): Signal =>
  render(stage, settings, MONO, input, { blockFrames: 4096 });

describe.each([
  ['agc', agc, { target: -20 }],
  ['loudness-normalize', loudnessNormalize, { target: -20, window: 3000, speed: 3 }],
] as const)('%s', (_name, stage, settings) => {
  it.each([
    ['silence', -30, Number.NEGATIVE_INFINITY],
    ['silence', -18, Number.NEGATIVE_INFINITY],
    ['room tone of -60 LUFS', -30, -60],
    ['room tone of -53 LUFS', -26, -53],
  ])(
    `has after ${PAUSE} s of %s the programme of %i LUFS as before: short-term within target + 3 LU throughout`,
    (_what, level, room) => {
      const pause = Number.isFinite(room) ? steady(room, PAUSE, 3) : silence(1, PAUSE * RATE);
      const output = play(stage, settings, joined(steady(level, 30), pause, steady(level, 20, 2)));
      const { shortTerm } = loudnessOf(output);
      expect(Math.max(...shortTerm)).toBeLessThan(-20 + 3);
      const before = shortTerm[30 * 100 - 1];
      const after = shortTerm.slice((30 + PAUSE + 3) * 100);
      expect(Math.abs(before + 20)).toBeLessThan(0.5);
      for (const reading of after) expect(Math.abs(reading + 20)).toBeLessThan(0.7);
    },
  );

  it.each([1, 7, 50, 99, 1000, 3000])(
    'puts out finite samples, not all of them 0, at a rate of %i Hz',
    (rate) => {
      const [output] = render(stage, settings, audioFormat(rate, 1), noise(1, 10 * rate + 2000, 8));
      expect(output.every(Number.isFinite)).toBe(true);
      expect(rmsDb([output])).toBeGreaterThan(-30);
    },
  );

  it('is under way by no more than its speed: 3 s after a fall of 15 LU it has risen by 3 s of it', () => {
    const rise = stage === agc ? 1 : 3;
    const output = play(stage, settings, joined(steady(-20, 10), steady(-35, 13, 2)));
    const { momentary } = loudnessOf(output);
    expect(Math.abs(momentary[1099] - momentary[1399] + 3 * rise)).toBeLessThan(0.6);
  });

  it('gives the same output to the bit after 5 s, restored from a snapshot on the other backend', () => {
    const input = steady(-30, 8);
    const cut = input.map((x) => x.subarray(0, 5 * RATE));
    const rest = input.map((x) => x.subarray(5 * RATE));
    const first = open(stage, settings, MONO, { backend: 'reference', blockFrames: 1024 });
    feed(first.run, cut);
    const second = open(stage, settings, MONO, { backend: 'wasm', blockFrames: 1024 });
    feed(second.run, cut);
    second.processor.restore(first.processor.snapshot());
    expect(feed(second.run, rest)).toEqual(feed(first.run, rest));
  });
});

describe('agc', () => {
  it('moves a third as fast below the gate: 2 dB in 6 s at 1 dB/s', () => {
    const { run, processor } = open(agc, { target: -20, up: 1 }, MONO);
    feed(run, steady(-45, 6));
    expect(processor.meters().gain).toBeCloseTo(2, 1);
  });

  it('holds below the freeze threshold: 0 dB after 10 s of -55 LUFS', () => {
    const { run, processor } = open(agc, { target: -20, up: 10 }, MONO);
    feed(run, steady(-55, 10));
    expect(processor.meters().gain).toBe(0);
  });

  it('stays within its range: 6 dB up and 6 dB down', () => {
    for (const [level, gain] of [
      [-40, 6],
      [-5, -6],
    ]) {
      const { run, processor } = open(agc, { target: -20, range: 6, up: 10, down: 10 }, MONO);
      feed(run, steady(level, 5));
      expect(processor.meters().gain).toBeCloseTo(gain, 9);
    }
  });
});

describe('loudness-normalize', () => {
  it('lands within 0.3 LU of the target from the first second on with 3 s of lookahead, after 10 s of silence', () => {
    const input = joined(silence(1, 10 * RATE), steady(-30, 20));
    const { integrated, momentary } = loudnessOf(
      play(loudnessNormalize, { target: -20, lookahead: 3000 }, input),
    );
    expect(Math.abs(integrated + 20)).toBeLessThan(0.3);
    expect(Math.abs(momentary[1100] + 20)).toBeLessThan(0.5);
  });

  it('raises room tone of -56 LUFS in front of a programme of -33 by 5 dB a second at most with 3 s of lookahead, and is within 2.5 dB of its gain when that begins', () => {
    const lead = 8;
    const input = joined(steady(-56, lead, 2), steady(-33, 6));
    const settings = { target: -16, maxGain: 30, lookahead: 3000 };
    const [output] = play(loudnessNormalize, settings, input);
    const last = (lead - 0.1) * RATE;
    for (let at = 0; at + RATE < last; at += RATE / 10) {
      const gains = [at, at + RATE].map((from) => gainOver(output, input[0], from, RATE / 10));
      expect(Math.abs(gains[1] - gains[0])).toBeLessThan(5.1);
    }
    expect(gainOver(output, input[0], lead * RATE, RATE / 10)).toBeGreaterThan(14.5);
  });

  it('is at its gain of 17 dB from the first frame of programme that follows room tone and 4 s of silence', () => {
    const input = joined(steady(-56, 2, 2), silence(1, 4 * RATE), steady(-33, 3));
    const [output] = play(loudnessNormalize, { target: -16, maxGain: 30, lookahead: 3000 }, input);
    expect(gainOver(output, input[0], 0, 2 * RATE)).toBeCloseTo(0, 2);
    expect(Math.abs(gainOver(output, input[0], 6 * RATE, RATE) - 17)).toBeLessThan(0.5);
  });

  it('keeps every true peak under its ceiling of -3 dBTP while it adds 12 dB', () => {
    const output = play(loudnessNormalize, { target: -6, speed: 60, ceiling: -3 }, steady(-18, 4));
    expect(20 * Math.log10(annex2Peak(output))).toBeLessThanOrEqual(-3);
  });

  it('leaves the gain where it is while frozen, and goes on when it is not', () => {
    const stage = open(loudnessNormalize, { target: -20, speed: 1, freeze: true }, MONO);
    feed(stage.run, steady(-30, 5));
    expect(stage.processor.meters().gain).toBe(0);
    stage.processor.set({ ...(stage.processor.params as object), freeze: false });
    feed(stage.run, steady(-30, 5));
    expect(stage.processor.meters().gain).toBeCloseTo(5, 1);
  });

  it('takes dual mono to the target as two loudspeakers play it: 3.01 LU softer', () => {
    const settle = (dualMono: boolean): number => {
      const { run, processor } = open(loudnessNormalize, { target: -20, speed: 60, dualMono }, MONO);
      feed(run, steady(-25, 3));
      drain(run);
      return processor.meters().gain as number;
    };
    expect(settle(false) - settle(true)).toBeCloseTo(3.01, 2);
  });
});
