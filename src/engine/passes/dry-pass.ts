import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import {
  type BackendName,
  type KeptMemory,
  type KernelMemory,
  StateMemory,
} from '../../dsp/kernel-memory.ts';
import { channelWeights } from '../../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { type LivePipeline, preparePipeline } from '../../graph/live-pipeline.ts';
import { type RawFormat, type SampleEncoding, writtenFor } from '../../io/sample-format.ts';
import { openFile } from '../analysis/analyze.ts';
import { READ_FRAMES, readBlocks } from '../files/read-blocks.ts';

/** What comes out of a pipeline, or of several files together. */
export interface ProgrammeLoudness {
  /** LUFS; -Infinity when there is none. */
  readonly integrated: number;
  /** dBTP, of the largest channel. */
  readonly truePeak: number;
  /** Of the first file. */
  readonly encoding: SampleEncoding;
  /** Seconds, of all files. */
  readonly duration: number;
}

interface DryPassOptions {
  readonly backend: BackendName;
  readonly raw?: RawFormat | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly memory?: KeptMemory | undefined;
  /** What the audio goes through before it is measured. */
  readonly pipeline: PipelineDefinition;
}

/** Sends blocks through a pipeline into a loudness meter. */
class MeteredPipeline {
  readonly meter: LoudnessMeter;
  readonly #graph: LivePipeline;

  constructor(memory: KernelMemory, format: AudioFormat, pipeline: PipelineDefinition) {
    this.#graph = preparePipeline(pipeline, { format, maxFrames: READ_FRAMES, memory });
    const { outputFormat, maxFramesOut } = this.#graph.run;
    this.meter = new LoudnessMeter(new StateMemory(memory), {
      sampleRate: outputFormat.sampleRate,
      channels: outputFormat.channels,
      maxFrames: maxFramesOut,
      weights: channelWeights(outputFormat.layout),
    });
  }

  process(channels: Planar, frames: number): void {
    const { run } = this.#graph;
    run.input.forEach((input, n) => {
      input.set(channels[n].subarray(0, frames));
    });
    const block = run.process(frames);
    this.meter.process(block.channels, block.frames);
  }

  finish(): void {
    for (const block of this.#graph.run.flush()) this.meter.process(block.channels, block.frames);
    this.meter.finish();
  }
}

/** Measures files as one programme, as they would come out of a pipeline; nothing is written. */
export async function dryPass(
  files: readonly string[],
  { backend, raw, signal, memory: kept, pipeline }: DryPassOptions,
): Promise<ProgrammeLoudness> {
  let whole: { readonly meter: LoudnessMeter; readonly memory: KernelMemory } | null = null;
  let truePeak = Number.NEGATIVE_INFINITY;
  let duration = 0;
  let encoding: SampleEncoding = 'f32';
  for (const file of files) {
    const { header, frames, taker, memory } = await readBlocks(
      openFile(file),
      { inputName: file, backend, raw, signal, memory: kept },
      (memory, { format }) => new MeteredPipeline(memory, format, pipeline),
    );
    signal?.throwIfAborted();
    const { meter } = taker;
    duration += frames / header.format.sampleRate;
    header.format.layout.forEach((_, n) => {
      truePeak = Math.max(truePeak, meter.truePeak(n));
    });
    if (whole === null) {
      whole = { meter, memory };
      encoding = writtenFor(header.sampleFormat.encoding);
    } else {
      whole.meter.include(meter);
      kept?.keep(memory);
    }
  }
  const integrated = whole?.meter.integrated ?? Number.NEGATIVE_INFINITY;
  if (whole) kept?.keep(whole.memory);
  return { integrated, truePeak, encoding, duration };
}
