import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, type LivePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { drain, feed, join } from '../support/render.ts';
import { maxAbsDifference, noise, programme, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

const FORMAT = audioFormat(8000, 2);

const live = (stages: object[], maxFrames = 500): LivePipeline =>
  onKernelMemory('wasm', (memory) =>
    preparePipeline(definePipeline({ stages }), { format: FORMAT, maxFrames, memory }),
  );

/** A signal through a pipeline that is changed at given frames. */
function through(
  pipeline: LivePipeline,
  input: Signal,
  changes: Record<number, (p: LivePipeline) => void> = {},
): Signal {
  let output: Signal = input.map(() => new Float32Array());
  let at = 0;
  for (const [frame, change] of Object.entries(changes)) {
    output = join(output, feed(pipeline.run, slice(input, at, Number(frame))));
    change(pipeline);
    at = Number(frame);
  }
  output = join(output, feed(pipeline.run, slice(input, at)));
  return join(output, drain(pipeline.run));
}

describe('a pipeline that changes on air', () => {
  const quiet = noise(2, 60_000, 1, 0.2);
  const limiter = { stage: 'limiter', ceiling: 0, lookahead: 5 };

  it('loses and doubles no frame while a lookahead goes from 5 to 20 to 0.5 ms: a resting limiter stays exact', () => {
    for (const maxFrames of [500, 4096, 77]) {
      const output = through(live([limiter], maxFrames), quiet, {
        5000: (p) => p.set('limiter.lookahead', 20),
        30000: (p) => p.set('limiter.lookahead', 0.5),
      });
      expect(maxAbsDifference(output, quiet)).toBe(0);
    }
  });

  it('keeps every frame when the input ends while a change is primed, half faded, or waits for the one before', () => {
    for (const end of [5001, 9000, 13100, 13300, 14000, 25000]) {
      const input = slice(quiet, 0, end);
      const output = through(live([limiter]), input, {
        5000: (p) => {
          p.set('limiter.lookahead', 20);
          p.set('limiter.lookahead', 3);
        },
      });
      expect(maxAbsDifference(output, input)).toBe(0);
    }
  });

  it('arrives at the new sound: what a fresh pipeline gives, to the bit, one second and a fade later', () => {
    const input = programme(2, 60_000, 2);
    const stages = (mix: number) => [{ stage: 'gain', gain: -6, mix }];
    const output = through(live(stages(1)), input, { 10000: (p) => p.set('gain.mix', 0.5) });
    const expected = through(live(stages(0.5)), input);
    expect(maxAbsDifference(slice(output, 20000), slice(expected, 20000))).toBe(0);
    expect(maxAbsDifference(slice(output, 0, 10000), slice(through(live(stages(1)), input), 0, 10000))).toBe(
      0,
    );
  });

  it('is a no-op, bit for bit, when replaced by itself', () => {
    const input = programme(2, 30_000, 3);
    const stages = [{ stage: 'compressor', threshold: -30, ratio: 4 }, limiter];
    const output = through(live(stages), input, { 7000: (p) => p.replace(definePipeline({ stages })) });
    expect(maxAbsDifference(output, through(live(stages), input))).toBe(0);
  });

  it('keeps the state of what is the same: a long release goes on through a change beside it', () => {
    const stages = [{ stage: 'compressor', threshold: -40, ratio: 10, release: 4000, attack: 1 }, limiter];
    const input = sine(FORMAT, 40_000, 500, 0.5);
    for (const channel of input) channel.fill(0.001, 8000);
    const expected = through(live(stages), input);
    const output = through(live(stages), input, { 9000: (p) => p.set('limiter.lookahead', 10) });
    const [a, b] = [output, expected].map((signal) => rmsDb(slice(signal, 30000)));
    expect(Math.abs(a - b)).toBeLessThan(0.05);
  });

  it('changes a topology without a click: the tone never steps by more than its own slope and 1 %', () => {
    const input = sine(FORMAT, 40_000, 200, 0.25);
    const output = through(live([{ stage: 'gain', gain: 0 }]), input, {
      8000: (p) =>
        p.replace(
          definePipeline({
            stages: [
              { stage: 'eq', bands: [{ freq: 200, gain: 6 }] },
              { stage: 'gain', gain: -12 },
            ],
          }),
        ),
    });
    const slope = 0.25 * 2 * Math.PI * (200 / 8000);
    for (let i = 1; i < output[0].length; i++) {
      expect(Math.abs(output[0][i] - output[0][i - 1])).toBeLessThan(slope * 1.01 + 0.0025);
    }
    expect(rmsDb(slice(output, 20000)) - rmsDb(slice(input, 20000))).toBeCloseTo(-6, 1);
  });

  const linear = { id: 'split', phase: 'linear', freqs: [120, 2000] };
  const bands = { stage: 'mix', input: ['split.low', 'split.mid', 'split.high'] };
  it.each([
    ['crossover', [{ ...linear, stage: 'crossover' }, bands]],
    ['multiband-compressor', [{ ...linear, stage: 'multiband-compressor' }]],
  ])(
    'keeps a linear-phase %s as it was prepared for 120 Hz when, moved to 1000 Hz, it goes over to a second graph',
    (_, stages) => {
      const input = programme(2, 40_000, 4, 0.2);
      const moved = { 6000: (p: LivePipeline) => p.set('split.freqs[0]', 1000) };
      const anew = { 14000: (p: LivePipeline) => p.set('limiter.lookahead', 20) };
      const expected = through(live([...stages, limiter]), input, moved);
      for (const maxFrames of [500, 4096, 77]) {
        const output = through(live([...stages, limiter], maxFrames), input, { ...moved, ...anew });
        expect(maxAbsDifference(output, expected)).toBe(0);
      }
    },
  );

  it('begins a stage anew that has another number of channels, and is what a fresh pipeline gives 1.05 s later', () => {
    const input = programme(2, 40_000, 5);
    const stages = (channels: number[]) => [{ stage: 'compressor', lookahead: 5, channels }];
    const output = through(live(stages([0])), input, {
      9000: (p) => p.replace(definePipeline({ stages: stages([0, 1]) })),
    });
    const expected = through(live(stages([0, 1])), input);
    expect(maxAbsDifference(slice(output, 25_000), slice(expected, 25_000))).toBe(0);
  });

  it('says what can not be set, at once', () => {
    const pipeline = live([limiter]);
    expect(() => pipeline.set('limitr.ceiling', -3)).toThrow('did you mean "limiter"?');
    expect(() => pipeline.set('limiter.ceiling', 3)).toThrow('allowed is -40 to 0');
    expect(() => pipeline.set('limiter.ceiling.x', 3)).toThrow();
  });
});
