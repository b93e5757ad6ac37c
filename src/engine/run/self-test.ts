import type { AudioBlock } from '../../audio/block.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { preparePipeline } from '../../graph/live-pipeline.ts';
import { loadPipelineStages } from '../../graph/prepare-pipeline.ts';

/** Frames that are processed at a time. */
const BLOCK_FRAMES = 4096;

/** How a backend did. */
export interface SelfTestResult {
  /** Seconds of audio processed in one second. */
  readonly timesRealTime: number;
  /** The pipeline's output for the first pass over the audio. */
  readonly output: readonly Float32Array[];
}

/** Runs `audio` through a pipeline over and over for about `seconds` on one backend. */
export async function selfTest(
  backend: BackendName,
  pipeline: PipelineDefinition,
  audio: AudioBlock,
  seconds: number,
): Promise<SelfTestResult> {
  await loadPipelineStages(pipeline);
  const { format } = audio;
  const { run } = onKernelMemory(backend, (memory) =>
    preparePipeline(pipeline, { format, maxFrames: BLOCK_FRAMES, memory }),
  );
  const output = audio.channels.map(() => new Float32Array(audio.frames));
  const pass = (): void => {
    for (let at = 0; at < audio.frames; at += BLOCK_FRAMES) {
      const frames = Math.min(BLOCK_FRAMES, audio.frames - at);
      run.input.forEach((channel, n) => {
        channel.set(audio.channels[n].subarray(at, at + frames));
      });
      const block = run.process(frames);
      if (block.start + block.frames > audio.frames) continue;
      output.forEach((channel, n) => {
        channel.set(block.channels[n].subarray(0, block.frames), block.start);
      });
    }
  };
  // The first pass is for the comparison, and for the compiler to warm up.
  pass();
  const began = performance.now();
  let elapsed = 0;
  let passes = 0;
  for (; elapsed < seconds * 1000; passes++) {
    pass();
    elapsed = performance.now() - began;
  }
  return { timesRealTime: (passes * audio.frames * 1000) / (format.sampleRate * elapsed), output };
}

/** Largest difference between two outputs, relative to full scale. */
export function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = 0;
  a.forEach((channel, n) => {
    for (let i = 0; i < channel.length; i++) largest = Math.max(largest, Math.abs(channel[i] - b[n][i]));
  });
  return largest;
}
