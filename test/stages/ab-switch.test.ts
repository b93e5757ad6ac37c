import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, type LivePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { runGraph } from '../support/graph.ts';
import { drain, feed, join } from '../support/render.ts';
import { above4k, peakDb } from '../support/residue.ts';
import {
  difference,
  maxAbsDifference,
  programme,
  rmsDb,
  type Signal,
  sine,
  slice,
} from '../support/signals.ts';

const FORMAT = audioFormat(48000, 2);

/** Two stages side by side on one input, and the switch. */
const pair = (a: object, b: object, settings: object = {}): object => ({
  stages: [
    { ...a, id: 'a' },
    { ...b, id: 'b', input: 'in' },
    { stage: 'ab-switch', id: 'ab', input: 'a', key: 'b', ...settings },
  ],
});

const gain = (dB: number): object => ({ stage: 'gain', gain: dB });
const limiter = (ceiling: number, lookahead: number): object => ({ stage: 'limiter', ceiling, lookahead });

const live = (pipeline: object): LivePipeline =>
  onKernelMemory('wasm', (memory) =>
    preparePipeline(definePipeline(pipeline), { format: FORMAT, maxFrames: 1024, memory }),
  );

/** A signal through a pair whose position is set at frames of the stream. */
function switched(
  pipeline: object,
  input: Signal,
  at: readonly (readonly [frame: number, to: string])[],
): Signal {
  const graph = live(pipeline);
  let output: Signal = input.map(() => new Float32Array());
  let done = 0;
  for (const [frame, to] of at) {
    output = join(output, feed(graph.run, slice(input, done, frame)));
    graph.set('ab.position', to);
    done = frame;
  }
  return [output, feed(graph.run, slice(input, done)), drain(graph.run)].reduce(join);
}

describe('ab-switch', () => {
  it('gives a to the bit, whatever b is and however late: 0.5 ms of lookahead beside 20', () => {
    const input = programme(2, 60_000, 1);
    const [alone] = [runGraph({ stages: [limiter(-12, 0.5)] }, [input]).main];
    for (const b of [limiter(-30, 20), gain(-30), { stage: 'delay', time: 50 }]) {
      const { main } = runGraph(pair(limiter(-12, 0.5), b, { trim: 3 }), [input]);
      expect(maxAbsDifference(main, alone)).toBe(0);
    }
  });

  it('is not heard to switch between two that are the same: below -120 dB of the programme', () => {
    const input = programme(2, 120_000, 2);
    const [alone] = [runGraph({ stages: [limiter(-12, 5)] }, [input]).main];
    const at = [20_000, 30_000, 30_700, 80_000].map((frame, n) => [frame, n % 2 === 0 ? 'b' : 'a'] as const);
    const output = switched(pair(limiter(-12, 5), limiter(-12, 5)), input, at);
    expect(rmsDb(difference(output, alone)) - rmsDb(alone)).toBeLessThan(-120);
  });

  it('goes from one to the other along a straight line of 50 ms, and comes from b to a to the bit', () => {
    const input = sine(FORMAT, 48_000, 997, 0.25);
    const output = switched(pair(gain(0), gain(-6), { match: false }), input, [
      [9600, 'b'],
      [24_000, 'a'],
    ]);
    for (let n = 0; n < 48_000; n += 37) {
      const share =
        Math.min(1, Math.max(0, (n - 9600) / 2400)) - Math.min(1, Math.max(0, (n - 24_000) / 2400));
      const expected = input[0][n] * (1 + share * (10 ** (-6 / 20) - 1));
      expect(Math.abs(output[0][n] - expected)).toBeLessThan(1e-6);
    }
    expect(maxAbsDifference(slice(output, 26_400), slice(input, 26_400))).toBe(0);
  });

  it('leaves at most -80 dBFS above 4 kHz of a -12 dBFS tone at a switch to one turned over, also in mid-fade', () => {
    const tone = sine(FORMAT, 96_000, 1000, 10 ** (-12 / 20));
    const turned = { stage: 'stereo', polarity: 'both' };
    const output = switched(pair(gain(0), turned), tone, [
      [24_000, 'b'],
      [60_000, 'a'],
      [61_000, 'b'],
    ]);
    expect(peakDb(above4k(slice(output, 0, 91_200)), 4800)).toBeLessThan(-80);
  });

  it('makes b as loud as a within 0.01 LU of steady programme, before it is heard for the first time', () => {
    const input = sine(FORMAT, 3 * 48_000, 997, 0.1);
    for (const db of [-15, -3, 9]) {
      const output = switched(pair(gain(0), gain(db)), input, [[48_000, 'b']]);
      const heard = rmsDb(slice(output, 2 * 48_000)) - rmsDb(slice(input, 2 * 48_000));
      expect(Math.abs(heard)).toBeLessThan(0.01);
    }
  });

  it('moves the gain of what is heard by 1 dB a second, and by 24 dB at most', () => {
    const input = sine(FORMAT, 5 * 48_000, 997, 0.1);
    const heard = (db: number, settings: object): Signal =>
      runGraph(pair(gain(0), gain(db), settings), [input]).main;
    const slow = heard(-10, { position: 'b' });
    const level = (from: number): number => rmsDb(slice(slow, from * 48_000, from * 48_000 + 4800));
    expect(level(4) - level(2)).toBeCloseTo(2, 2);
    const far = switched(pair(gain(0), gain(-40)), input, [[3 * 48_000, 'b']]);
    expect(rmsDb(slice(far, 4 * 48_000)) - rmsDb(slice(input, 4 * 48_000))).toBeCloseTo(-16, 2);
  });

  it('forgets what it has measured when match goes off and on again', () => {
    const input = sine(FORMAT, 8 * 48_000, 997, 0.1);
    const graph = live(pair(gain(0), gain(-20)));
    feed(graph.run, slice(input, 0, 3 * 48_000));
    graph.set('b.gain', -5);
    graph.set('ab.match', false);
    feed(graph.run, slice(input, 3 * 48_000, 4 * 48_000));
    expect(graph.meters().ab.gain).toBe(0);
    graph.set('ab.match', true);
    feed(graph.run, slice(input, 4 * 48_000));
    expect(graph.meters().ab.gain).toBeCloseTo(5, 2);
  });
});
