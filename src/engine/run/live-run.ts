import type { Readable, Writable } from 'node:stream';
import { gainToDb } from '../../dsp/elementary.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { STORED } from '../../io/sample-format.ts';
import type { LiveReadings, MonitoredRun, PipelineView, StageReading } from '../../monitor/monitored-run.ts';
import type { Readings } from '../../stages/define-stage.ts';
import type { OpenPath } from '../path/open-path.ts';
import { pipelineView } from '../pipelines/pipeline-view.ts';
import type { AudioPath } from './audio-path.ts';

/** What stages call the gains that they apply now, and what a monitor calls them. */
const GAINS: Readonly<Record<string, string>> = {
  reduction: 'reduction',
  reductions: 'reduction',
  boost: 'boost',
  gain: 'gain',
  gains: 'gain',
  guard: 'gain',
  moves: 'move',
};

function gainsOf(meters: Readings): StageReading['gains'] {
  const gains: Record<string, readonly number[]> = {};
  for (const [name, value] of Object.entries(meters)) {
    const own = Object.hasOwn(GAINS, name) ? GAINS[name] : undefined;
    if (own === undefined) continue;
    const list = Array.isArray(value) ? value : [value];
    if (list.every((gain) => typeof gain === 'number')) gains[own] = list;
  }
  return gains;
}

/** A run as a monitor sees it. The path must have been opened with meters. */
export class LiveRun implements MonitoredRun {
  readonly #path: AudioPath;
  readonly #input: Readable;
  readonly #output: Writable;
  #definition: PipelineDefinition | null = null;
  #view: PipelineView | null = null;
  #version = 0;

  constructor(path: AudioPath, input: Readable, output: Writable) {
    this.#path = path;
    this.#input = input;
    this.#output = output;
  }

  get frame(): number {
    return this.#path.open?.encoder.framesWritten ?? 0;
  }

  pipeline(): PipelineView {
    const version = this.#currentVersion();
    this.#view ??= pipelineView(this.#path.pipeline, version);
    return this.#view;
  }

  set(path: string, value: number | string | boolean): void {
    this.#path.set(path, value);
  }

  readings(): LiveReadings | null {
    const { open } = this.#path;
    if (open?.meters == null) return null;
    const { graph, header } = open;
    const { frame } = this;
    const { sampleRate } = graph.run.outputFormat;
    return {
      version: this.#currentVersion(),
      frame,
      seconds: frame / sampleRate,
      latency: (1000 * graph.latency) / header.format.sampleRate,
      buffer: this.#buffer(open),
      stages: graph.takeActivity().map(({ id, peak, meters }) => ({
        id,
        level: peak === null ? null : gainToDb(peak),
        gains: gainsOf(meters),
      })),
      guarded: graph.guard?.replaced ?? 0,
      ...open.meters.read(),
    };
  }

  /** A checked pipeline never changes: another one is another object. */
  #currentVersion(): number {
    const { pipeline } = this.#path;
    if (pipeline !== this.#definition) {
      this.#definition = pipeline;
      this.#view = null;
      this.#version += 1;
    }
    return this.#version;
  }

  #buffer({ header, graph, encoder }: OpenPath): LiveReadings['buffer'] {
    const { format, sampleFormat } = header;
    const inBytes = STORED[sampleFormat.encoding].bytes * format.channels * format.sampleRate;
    const outBytes = encoder.frameBytes * graph.run.outputFormat.sampleRate;
    const { stream } = this.#path;
    return {
      input: (1000 * (this.#input.readableLength + stream.writableLength)) / inBytes,
      output: (1000 * (stream.readableLength + this.#output.writableLength)) / outBytes,
    };
  }
}
