import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { prepareGraph, runGraph } from '../support/graph.ts';
import { maxAbsDifference, noise, type Signal } from '../support/signals.ts';

const LATE = { stage: 'limiter', mode: 'samplePeak', ceiling: 0, lookahead: 7 };
const INPUT = noise(2, 3000, 1, 0.2);
const scaled = (signal: Signal, gain: number): Signal => signal.map((one) => one.map((v) => v * gain));

describe('several outputs', () => {
  it('are all aligned with the input: 0, 336 and 672 frames late inside, equal to the bit outside', () => {
    const outputs = runGraph(
      {
        stages: [
          { ...LATE, id: 'a' },
          { ...LATE, id: 'b' },
        ],
        outputs: { main: 'b', stem: 'a', dry: 'in' },
      },
      [INPUT],
    );
    for (const name of ['main', 'stem', 'dry']) expect(maxAbsDifference(outputs[name], INPUT)).toBe(0);
  });

  it('give a signal to more than one of them, and leave it alone when a stage reads it too', () => {
    const outputs = runGraph(
      {
        stages: [
          { stage: 'gain', id: 'a', gain: 0 },
          { stage: 'gain', id: 'b', gain: -120 },
        ],
        outputs: { main: 'a', again: 'a', quiet: 'b' },
      },
      [INPUT],
    );
    expect(maxAbsDifference(outputs.main, INPUT)).toBe(0);
    expect(maxAbsDifference(outputs.again, INPUT)).toBe(0);
  });

  it('put main first, wherever it stands in the file', () => {
    const { outputs } = definePipeline({
      stages: [{ stage: 'gain', id: 'a' }],
      outputs: { dry: 'in', main: 'a' },
    });
    expect(outputs.map(({ name }) => name)).toEqual(['main', 'dry']);
  });

  it('fade together when the pipeline is replaced: not a frame of a resting limiter is lost in either', () => {
    const file = (lookahead: number): object => ({
      stages: [{ ...LATE, id: 'a', lookahead }],
      outputs: { main: 'a', dry: 'in' },
    });
    const format = audioFormat(1000, 2);
    const pipeline = onKernelMemory('wasm', (memory) =>
      preparePipeline(definePipeline(file(20)), { format, maxFrames: 500, memory }),
    );
    const seen: Float32Array[] = [];
    for (let at = 0; at < 3000; at += 500) {
      if (at === 500) pipeline.replace(definePipeline(file(3)));
      INPUT.forEach((channel, n) => {
        pipeline.run.input[n].set(channel.subarray(at, at + 500));
      });
      const { channels, frames } = pipeline.run.process(500);
      expect(channels).toHaveLength(4);
      seen.push(channels[0].slice(0, frames));
      expect(maxAbsDifference(channels.slice(0, 2) as Signal, channels.slice(2) as Signal)).toBe(0);
    }
    const whole = Float32Array.from(seen.flatMap((piece) => [...piece]));
    expect(whole.every((value, i) => value === INPUT[0][i])).toBe(true);
    expect(() => pipeline.replace(definePipeline({ stages: [] }))).toThrow('inputs and outputs stay');
  });
});

describe('several inputs', () => {
  it('are summed, aligned and weighed where the file says so', () => {
    const music = noise(2, 3000, 2, 0.2);
    const { main } = runGraph(
      {
        inputs: ['voice', 'music'],
        stages: [
          { ...LATE, id: 'late', input: 'voice' },
          { stage: 'mix', input: ['late', 'music'] },
        ],
      },
      [INPUT, music],
    );
    const sum = INPUT.map((one, n) => one.map((v, i) => v + music[n][i]));
    expect(maxAbsDifference(main, sum)).toBe(0);
  });

  it('serve as a key: a loud second input turns the first one down by more than 20 dB', () => {
    const pipeline = {
      inputs: ['music', 'voice'],
      stages: [{ stage: 'compressor', key: 'voice', threshold: -40, ratio: 20, attack: 0 }],
    };
    const level = (voice: Signal): number => {
      const { main } = runGraph(pipeline, [INPUT, voice]);
      return main[0].reduce((sum, v) => sum + v * v, 0);
    };
    const drop = level(noise(2, 3000, 3, 0.9)) / level(scaled(INPUT, 0));
    expect(10 * Math.log10(drop)).toBeLessThan(-20);
  });
});

describe('channels', () => {
  it('gives a stage one channel; the other passes to the bit, as late as the stage', () => {
    const stages = [{ stage: 'compressor', ratio: 1, makeup: -6, lookahead: 5, channels: [1] }];
    const { main } = runGraph({ stages }, [INPUT]);
    expect(maxAbsDifference([main[0]], [INPUT[0]])).toBe(0);
    expect(main[1][100] / INPUT[1][100]).toBeCloseTo(10 ** (-6 / 20), 6);
    expect(prepareGraph({ stages }).latency).toBe(240);
  });

  it('hands them over in the order of the list, the key with them: swapped, balance turns the other one down', () => {
    const format = audioFormat(48000, 3);
    const input = noise(3, 2000, 4, 0.3);
    const { main } = runGraph({ stages: [{ stage: 'stereo', balance: 1, channels: [2, 0] }] }, [input], {
      format,
    });
    expect(Math.max(...main[2].map(Math.abs))).toBeLessThan(1e-6);
    expect(maxAbsDifference([main[1]], [input[1]])).toBe(0);
    expect(Math.max(...main[0].map((v, i) => Math.abs(v - input[0][i])))).toBeLessThan(1e-6);
  });

  it('goes with mix and bypass', () => {
    const stages = (more: object): object => ({
      stages: [{ stage: 'gain', gain: -120, channels: [0], ...more }],
    });
    const half = runGraph(stages({ mix: 0.5 }), [INPUT]).main;
    expect(half[0][50] / INPUT[0][50]).toBeCloseTo(0.5, 5);
    expect(maxAbsDifference(runGraph(stages({ bypass: true }), [INPUT]).main, INPUT)).toBe(0);
  });

  it('names a channel that is not there, when the format is known', () => {
    const stages = [{ stage: 'gain', channels: [0, 5] }];
    expect(() => prepareGraph({ stages, name: 'x' })).toThrow(
      'pipeline: stages[0].channels[1]: there is no channel 5, the audio has 2: 0 to 1',
    );
  });
});

describe('what is wrong with the ends of a pipeline', () => {
  const problemsOf = (value: unknown): string[] => {
    try {
      definePipeline(value, 'x.json');
      return [];
    } catch (error) {
      return (error as Error).message.split('\n');
    }
  };
  const a = { stage: 'gain', id: 'a' };

  it.each([
    [{ inputs: ['in', 'bed'], stages: [a] }, ['x.json: inputs[1]: nothing takes "bed"']],
    [{ inputs: ['a', 'a'], stages: [] }, ['x.json: inputs[1]: "a" is given twice']],
    [
      { inputs: ['a'], stages: [a] },
      ['x.json: stages[0].id: "a" is the name of what comes in; choose another'],
    ],
    [
      { stages: [a], outputs: { main: 'a', low: 'aa', high: 'a.high' } },
      [
        'x.json: outputs.low: no earlier entry is called "aa", did you mean "a"?',
        'x.json: outputs.high: "a" has no output "high", known are a.main',
      ],
    ],
    [{ stages: [a], outputs: { stem: 'a' } }, ['x.json: outputs: missing "main", which goes to OUT']],
    [
      { stages: [a, { stage: 'gain', id: 'b' }], outputs: { main: 'a' } },
      ['x.json: stages[1]: nothing takes the output of "b"'],
    ],
    [
      { stages: [{ stage: 'crossover', id: 'x' }] },
      ['x.json: stages[0]: "x" has several outputs; name one of x.band1, x.band2, x.band3'],
    ],
    [
      {
        stages: [
          { stage: 'crossover', channels: [0] },
          { stage: 'gain', input: 'crossover.low' },
        ],
      },
      ['x.json: stages[0]: mix, bypass and channels need a stage with one output, "crossover" has more'],
    ],
    [{ stages: [{ ...a, channels: [1, 1] }] }, ['x.json: stages[0].channels: names a channel twice']],
  ])('is said with its JSON path: %j', (value, lines) => {
    expect(problemsOf(value)).toEqual(lines);
  });
});
