import { audioFormat } from '../../src/audio/format.ts';
import { definePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { onKeptMemory } from './kept-memory.ts';
import { feed } from './render.ts';
import type { Signal } from './signals.ts';

/** What an eighth-order Butterworth high-pass at 4 kHz leaves of a stereo signal at 48 kHz. */
export function above4k(signal: Signal): Signal {
  const bands = [0.5098, 0.6013, 0.9, 2.5629].map((q) => ({ type: 'highpass', freq: 4000, q }));
  return onKeptMemory('wasm', (memory) => {
    const filter = preparePipeline(definePipeline({ stages: [{ stage: 'eq', bands }] }), {
      format: audioFormat(48000, 2),
      maxFrames: 1024,
      memory,
    });
    return feed(filter.run, signal);
  });
}

/** Peak of the first channel in dBFS, -200 at least. */
export function peakDb([left]: Signal, from = 0, to = left.length): number {
  let top = 1e-10;
  for (let n = from; n < to; n++) top = Math.max(top, Math.abs(left[n]));
  return 20 * Math.log10(top);
}
