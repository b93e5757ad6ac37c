import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { loudness } from '../../src/stages/loudness.ts';
import { BACKENDS } from '../support/backends.ts';
import { drain, feed, open } from '../support/render.ts';
import { programme, type Signal } from '../support/signals.ts';

const RATE = 48000;
const STEREO = audioFormat(RATE, 2);

/** Ends between two samples that are lower than the wave between them. */
const peakAtTheEnd = (): Signal =>
  [0, 1].map(() => {
    const x = new Float32Array(RATE);
    x.set([-0.5, 0.5, 0.5], RATE - 3);
    return x;
  });

describe.each(BACKENDS)('loudness, %s', (backend) => {
  it('gives a reading every 100 ms of stream, the same to the bit in blocks of 7, 1024 and 16384', () => {
    const input = programme(2, RATE, 4);
    const [first, ...others] = [16384, 1024, 7].map((blockFrames) => {
      const { run, processor } = open(loudness, { interval: 100 }, STEREO, { backend, blockFrames });
      feed(run, input);
      return processor.takeReadings();
    });
    expect(first.map(({ frame }) => frame)).toEqual(Array.from({ length: 10 }, (_, n) => 4800 * (n + 1)));
    for (const other of others) expect(other).toEqual(first);
  });

  it('reads the true peak between the last samples once the run has ended', () => {
    const { run, processor } = open(loudness, {}, STEREO, { backend });
    feed(run, peakAtTheEnd());
    expect(processor.meters().truePeak).toBeLessThan(-6);
    drain(run);
    expect(processor.meters().truePeak).toBeGreaterThan(-4.5);
  });

  it('reads it behind a stage with latency too, and no sample of the silence that drains it', () => {
    const stages = [
      { stage: 'compressor', ratio: 1, lookahead: 5 },
      { stage: 'loudness' },
      { stage: 'limiter', ceiling: 0 },
    ];
    const { run, meters } = onKernelMemory(backend, (memory) => {
      const pipeline = preparePipeline(definePipeline({ stages }), {
        format: STEREO,
        maxFrames: 1024,
        memory,
      });
      return { run: pipeline.run, meters: () => pipeline.meters().loudness };
    });
    feed(run, peakAtTheEnd());
    drain(run);
    expect(meters().frame).toBe(RATE);
    expect(meters().truePeak).toBeGreaterThan(-4.5);
  });
});

describe('loudness', () => {
  it('names each channel, and has no true peak when told not to read it', () => {
    const { run, processor } = open(loudness, { truePeak: false }, STEREO);
    feed(run, programme(2, 4800, 4));
    const { truePeak, samplePeak, channels } = processor.meters();
    expect(truePeak).toBeNull();
    expect(samplePeak).toBeLessThan(0);
    expect(channels).toMatchObject([
      { name: 'FL', truePeak: null },
      { name: 'FR', truePeak: null },
    ]);
  });
});
