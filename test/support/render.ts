import type { AudioBlock, Planar } from '../../src/audio/block.ts';
import { type AudioFormat, sameFormat } from '../../src/audio/format.ts';
import type { BackendName } from '../../src/dsp/kernel-memory.ts';
import type { BlockRun } from '../../src/stages/aligned-run.ts';
import type { AnyStage, ProcessSpec, StageProcessor } from '../../src/stages/define-stage.ts';
import { prepareStage, type StageRun, stageParams } from '../../src/stages/stage-transform.ts';
import { onKeptMemory, onSharedMemory } from './kept-memory.ts';
import type { Signal } from './signals.ts';

/** How a stage under test runs; chunks are frames per call, repeated in turn. */
export interface RenderOptions {
  readonly backend?: BackendName;
  readonly blockFrames?: number;
  readonly chunks?: readonly number[];
}

/** A stage, opened with checked settings. */
export function open(
  stage: AnyStage,
  settings: object,
  format: AudioFormat,
  { backend = 'wasm', blockFrames = 1024 }: RenderOptions = {},
): StageRun<unknown> {
  const params = stageParams(stage, settings as never);
  return onSharedMemory(backend, (memory) =>
    prepareStage(stage, params, { format, maxFrames: blockFrames, memory }),
  ) as StageRun<unknown>;
}

/** Collects the blocks of a run. */
class Collector {
  #signal: Float32Array[];
  #frames = 0;

  constructor(channels: number) {
    this.#signal = Array.from({ length: channels }, () => new Float32Array(8192));
  }

  take({ channels, frames }: AudioBlock): void {
    const end = this.#frames + frames;
    for (const [n, kept] of this.#signal.entries()) {
      if (end > kept.length) {
        this.#signal[n] = new Float32Array(2 * end);
        this.#signal[n].set(kept);
      }
      this.#signal[n].set(channels[n].subarray(0, frames), this.#frames);
    }
    this.#frames = end;
  }

  get signal(): Signal {
    return this.#signal.map((kept) => kept.slice(0, this.#frames));
  }
}

/** Arrays that a run gives, those of all its outputs. */
export const widthOf = ({ outputFormats }: BlockRun): number =>
  outputFormats.reduce((sum, { channels }) => sum + channels, 0);

/** Feeds a signal into a run, in pieces of the given sizes, without ending it; `width` arrays come out. */
export function feed(
  run: BlockRun,
  input: Signal,
  chunks: readonly number[] = [],
  width = widthOf(run),
): Signal {
  const frames = input[0].length;
  const collector = new Collector(width);
  for (let at = 0, turn = 0; at < frames; turn++) {
    const size = chunks.length > 0 ? chunks[turn % chunks.length] : run.maxFrames;
    const count = Math.min(size, run.span(), frames - at);
    for (let n = 0; n < input.length; n++) run.input[n].set(input[n].subarray(at, at + count));
    collector.take(run.process(count));
    at += count;
  }
  return collector.signal;
}

/** Ends a run and gives its tail, in `width` arrays. */
export function drain(run: BlockRun, width = widthOf(run)): Signal {
  const collector = new Collector(width);
  for (const block of run.flush()) collector.take(block);
  return collector.signal;
}

/** Joins two signals in time. */
export function join(a: Signal, b: Signal): Signal {
  return a.map((channel, n) => {
    const whole = new Float32Array(channel.length + b[n].length);
    whole.set(channel);
    whole.set(b[n], channel.length);
    return whole;
  });
}

/** A signal through a stage from beginning to end. */
export function render(
  stage: AnyStage,
  settings: object,
  format: AudioFormat,
  input: Signal,
  { backend = 'wasm', blockFrames = 1024, chunks }: RenderOptions = {},
): Signal {
  const params = stageParams(stage, settings as never);
  return onKeptMemory(backend, (memory) => {
    const { run } = prepareStage(stage, params, { format, maxFrames: blockFrames, memory });
    return join(feed(run, input, chunks), drain(run));
  });
}

/** A stage's processor without its run: no guard, and what comes out is as late as the stage makes it. */
export class DirectStage {
  readonly processor: StageProcessor;
  readonly #main: Planar;
  readonly #ports: readonly Planar[];

  constructor(stage: AnyStage, settings: object, spec: ProcessSpec) {
    const params = stageParams(stage, settings as never);
    const planar = ({ channels }: AudioFormat): Planar => spec.memory.planar(channels, spec.maxFrames);
    const outputs = stage.outputs(params).length;
    const given = stage.outputFormat(spec.format, params);
    const apart = outputs > 1 || !sameFormat(given, spec.format);
    this.processor = stage.prepare(spec, params);
    this.#main = planar(spec.format);
    this.#ports = apart ? Array.from({ length: outputs }, () => planar(given)) : [];
  }

  /** The stage's output, or the sum of its outputs. */
  process(input: Signal): Signal {
    this.pass(input);
    const [first, ...others] = this.#ports.length > 0 ? this.#ports : [this.#main];
    return first.map((channel, n) => {
      const sum = channel.slice();
      for (const { [n]: other } of others) for (let i = 0; i < sum.length; i++) sum[i] += other[i];
      return sum;
    });
  }

  /** Runs the stage on a signal whose output nobody wants. */
  pass(input: Signal): void {
    this.#main.forEach((channel, n) => {
      channel.set(input[n]);
    });
    this.processor.process({ main: this.#main, key: null, outputs: this.#ports }, input[0].length);
  }

  /** Silences the arrays of the last output. */
  clearOutput(): void {
    for (const output of [this.#main, ...this.#ports]) for (const channel of output) channel.fill(0);
  }
}
