import type { Planar } from '../../audio/block.ts';
import { inputError } from '../../audio/errors.ts';
import { maskFromLayout } from '../../audio/format.ts';
import {
  type BackendName,
  type KeptMemory,
  type KernelMemory,
  onKernelMemory,
} from '../../dsp/kernel-memory.ts';
import { resampledFrames } from '../../dsp/rate/resampler.ts';
import { automationChanges, type PlannedMove } from '../../graph/automation.ts';
import type { Change } from '../../graph/change.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { type LiveOptions, type LivePipeline, preparePipeline } from '../../graph/live-pipeline.ts';
import { sideBySide } from '../../graph/prepare-pipeline.ts';
import { formatsOut, framesOut } from '../../graph/segments.ts';
import type { MetadataChunk } from '../../io/metadata-chunk.ts';
import { type SampleEncoding, writtenFor } from '../../io/sample-format.ts';
import type { AudioHeader, StreamDecoder } from '../../io/stream-decoder.ts';
import { type DitherKind, StreamEncoder } from '../../io/stream-encoder.ts';
import type { ComparedSecond } from '../../monitor/run-figures.ts';
import type { Decision } from '../../stages/controller.ts';
import { LoudnessWatch } from '../analysis/loudness-watch.ts';
import type { SideInput } from '../files/side-input.ts';
import type { SideOutput } from '../files/side-output.ts';
import type { ThreadCrew } from '../threads/thread-crew.ts';
import { relayOver } from '../threads/thread-relay.ts';
import { Comparison } from './comparison.ts';
import { DitherWhereNeeded } from './dither.ts';
import { InputLoudness } from './input-loudness.ts';
import { LiveMeters } from './live-meters.ts';

/** What a path of audio is prepared from, once its format is known. */
export interface PathOptions {
  /** Moves of parameters at times of the output. */
  readonly automation: readonly PlannedMove[];
  /** Told of every change that came while running. */
  readonly onChange: (change: Change) => void;
  /** Told of what controllers decide. */
  readonly onDecision?: ((decision: Decision) => void) | undefined;
  readonly backend: BackendName;
  readonly memory?: KeptMemory | undefined;
  readonly blockFrames: number;
  /** Threads that the graph is shared out over, or null for this one alone. */
  readonly crew: ThreadCrew | null;
  readonly seed: number;
  /** Where the word length is reduced. */
  readonly dither: DitherKind;
  /** Whether the header can be written over at the end. */
  readonly seekable: boolean;
  /** Of the first input, for messages. */
  readonly inputName: string;
  /** The pipeline's further inputs, opened before the first byte of the first one comes, and its further outputs. */
  readonly inputs: readonly SideInput[];
  readonly outputs: readonly SideOutput[];
  readonly sampleFormat?: SampleEncoding | undefined;
  /** The samples that `main` takes where those would be written. */
  readonly samplesFor?: ((wanted: SampleEncoding) => SampleEncoding) | undefined;
  /** What happens to the stages where another file begins in the input: nothing, or they start anew. */
  readonly onTrack?: 'keep' | 'reset' | undefined;
  /** Whether the metadata of the input goes with the audio. */
  readonly metadata?: boolean | undefined;
  /** What stands behind it, which the decoder can't know. */
  readonly metadataBehind?: readonly MetadataChunk[] | undefined;
  /** Guards also what no stage could be harmed by. */
  readonly strict?: boolean | undefined;
  /** Measures what comes in beside what goes out, and is told of every second. */
  readonly compare?: ((second: ComparedSecond) => void) | undefined;
  /** Whether the loudness of what comes in is measured. */
  readonly measureInput: boolean;
  /** Called with every stage before it works for the first time. */
  readonly onPrepared?: LiveOptions['onPrepared'];
  /** Whether the loudness of what goes out is metered. */
  readonly watchLoudness: boolean;
  /** Whether the run is metered for those who watch it. */
  readonly metered: boolean;
}

/** What exists once the format is known, all on one memory. */
export interface OpenPath {
  readonly header: AudioHeader;
  readonly memory: KernelMemory;
  readonly graph: LivePipeline;
  /** Where the pipeline's inputs come in, in its order. */
  readonly inputs: readonly Planar[];
  readonly encoder: StreamEncoder;
  readonly dither: DitherWhereNeeded;
  /** Meters the output, where a log asks for it. */
  readonly loudness: LoudnessWatch | null;
  /** Meters the run, where somebody watches it. */
  readonly meters: LiveMeters | null;
  /** Measures the input, where that is asked for. */
  readonly inputLoudness: InputLoudness | null;
  /** Where one is asked for. */
  readonly comparison: Comparison | null;
  /** Room for one number a frame of a block. */
  readonly scratch: Float32Array;
}

/** Prepares the graph, what decodes into it and what encodes its outputs, on one memory. */
export function openPath(
  pipeline: PipelineDefinition,
  header: AudioHeader,
  options: PathOptions,
  decoder: StreamDecoder,
): OpenPath {
  const { automation, backend, blockFrames, crew, onChange, inputs, outputs } = options;
  const { encoding: incoming } = header.sampleFormat;
  const { format, channelMask } = widest(header, options, pipeline.origin.wanted?.rate);
  const { sampleRate } = format;
  const wanted = options.sampleFormat ?? writtenFor(incoming);
  const outputFormats = formatsOut(pipeline, format);
  const changes = automationChanges(pipeline, automation, outputFormats[0].sampleRate);
  // Who says what to do with tracks expects more of them than the first one's header knows.
  const announced = options.onTrack === undefined ? header.announcedFrames : null;
  const taken = announced && resampledFrames(announced, header.format.sampleRate, sampleRate);
  const behind = options.metadataBehind ?? [];
  const isBefore = (id: string): boolean => header.metadata.some((chunk) => chunk.id === id);
  const metadata = [...header.metadata, ...behind.filter(({ id }) => !isBefore(id))];
  const announcedFrames = taken && framesOut(pipeline, format, taken);
  const open = (memory: KernelMemory): OpenPath => {
    const graph = preparePipeline(pipeline, {
      format,
      maxFrames: blockFrames,
      memory,
      changes,
      onChange,
      alwaysGuard: options.strict === true,
      levels: options.metered,
      onDecision: options.onDecision,
      onPrepared: options.onPrepared,
      relay: crew ? relayOver(crew, { format, backend, blockFrames, frames: taken }) : undefined,
    });
    const { maxFramesOut } = graph.run;
    const compared = { format, outputFormat: outputFormats[0], maxFrames: blockFrames, maxFramesOut };
    const encoder = (n: number, sink: Pick<PathOptions, 'seekable' | 'samplesFor'>) => {
      const outputFormat = outputFormats[n];
      const encoding = sink.samplesFor?.(wanted) ?? wanted;
      const sameLayout = outputFormat.layout.join() === format.layout.join();
      const made = new StreamEncoder({
        format: outputFormat,
        sampleFormat: { ...header.sampleFormat, encoding },
        announcedFrames,
        // What an encoder takes needs a header to be understood.
        container: header.container === 'raw' && !sink.samplesFor ? 'raw' : 'wav',
        channelMask: sameLayout ? channelMask : maskFromLayout(outputFormat.layout),
        metadata: options.metadata === false ? [] : metadata,
        dither: options.dither,
        seed: options.seed,
        seekable: sink.seekable,
        memory,
        maxFrames: maxFramesOut,
      });
      return { encoder: made, encoding };
    };
    const encoded = [options, ...outputs].map((sink, n) => encoder(n, sink));
    outputs.forEach((side, n) => void side.attach(encoded[n + 1].encoder));
    decoder.attach(memory, blockFrames, sampleRate);
    for (const side of inputs) side.attach(memory, blockFrames, sampleRate);
    return {
      header: { ...header, format },
      memory,
      graph,
      inputs: sideBySide(
        graph.run.input,
        pipeline.inputs.map(() => format),
      ),
      encoder: encoded[0].encoder,
      dither: new DitherWhereNeeded(graph, encoded, options.dither),
      loudness: options.watchLoudness ? new LoudnessWatch(memory, outputFormats[0], maxFramesOut) : null,
      meters: options.metered ? new LiveMeters(memory, format, outputFormats[0], maxFramesOut) : null,
      inputLoudness: options.measureInput ? new InputLoudness(memory, format, blockFrames) : null,
      comparison: options.compare
        ? new Comparison(memory, { ...compared, latency: graph.latency, onSecond: options.compare })
        : null,
      scratch: memory.f32(maxFramesOut),
    };
  };
  return onKernelMemory(backend, open, options.memory);
}

/**
 * The header of the input with most channels: a mono one is heard in all of them, any other number must agree. Inputs of
 * different rates are brought to the `wanted` one; without it they are refused.
 */
function widest(header: AudioHeader, { inputName, inputs }: PathOptions, wanted?: number): AudioHeader {
  let most = { name: inputName, header };
  let converts = false;
  for (const { name, header: other } of inputs) {
    if (other === null) continue;
    const [rate, otherRate] = [header.format.sampleRate, other.format.sampleRate];
    if (otherRate !== rate && wanted === undefined) {
      throw inputError(
        `${inputName}: has ${rate} Hz and ${name} ${otherRate} Hz, all inputs need the same rate, or --rate for all`,
      );
    }
    converts ||= otherRate !== rate;
    const [channels, count] = [most.header.format.channels, other.format.channels];
    if (count !== channels && count !== 1 && channels !== 1) {
      throw inputError(
        `${inputName}: ${count} channels in ${name} and ${channels} in ${most.name}, all inputs need as many, or one`,
      );
    }
    if (count > channels) most = { name, header: other };
  }
  const { format } = most.header;
  const sampleRate = converts ? wanted! : header.format.sampleRate;
  return { ...most.header, format: { ...format, sampleRate } };
}
