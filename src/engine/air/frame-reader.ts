import type { Planar } from '../../audio/block.ts';
import { type AudioFormat, sameFormat } from '../../audio/format.ts';
import { PlanarQueue } from '../../dsp/delay/planar-queue.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import { preparePipeline } from '../../graph/live-pipeline.ts';
import { definePipeline } from '../../graph/parse-pipeline.ts';
import { withFormat } from '../../graph/with-format.ts';
import { isGarbage } from './programme-watch.ts';

/** Most frames that are converted at a time. */
const BLOCK_FRAMES = 1024;

/** Frames that can be asked for. */
export interface FrameReader {
  readonly format: AudioFormat;
  /** Puts up to `frames` frames at the start of `target` and says how many; 0 when there are none now. */
  read(target: Planar, frames: number): number;
}

/**
 * The frames of a reader in another format, by the stages `resample` and `remix`; the reader itself where that is its own.
 * Garbage stays garbage, as NaN.
 */
export function inFormat(reader: FrameReader, format: AudioFormat, backend: BackendName): FrameReader {
  if (sameFormat(reader.format, format)) return reader;
  const { sampleRate: rate, channels } = format;
  const empty = definePipeline({ stages: [] }, 'format change');
  const definition = withFormat(empty, {
    ...(rate === reader.format.sampleRate ? {} : { rate }),
    ...(channels === reader.format.channels ? {} : { channels }),
  });
  const { run } = onKernelMemory(backend, (memory) =>
    preparePipeline(definition, { format: reader.format, maxFrames: BLOCK_FRAMES, memory }),
  );
  const ready = new PlanarQueue(channels, 2 * run.maxFramesOut);
  return {
    format,
    read: (target, frames) => {
      while (ready.frames === 0) {
        const taken = reader.read(run.input, Math.min(run.span(), BLOCK_FRAMES));
        if (taken === 0) return 0;
        const garbage = isGarbage(run.input, taken);
        const block = run.process(taken);
        // The graph's guard makes silence of it, which is another reason to give way, much later.
        if (garbage) for (const channel of block.channels) channel.fill(Number.NaN, 0, block.frames);
        ready.push(block.channels, 0, block.frames);
      }
      return ready.shift(target, frames);
    },
  };
}
