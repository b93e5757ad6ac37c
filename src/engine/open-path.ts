import type { Planar } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { type BackendName, type KernelMemory, onKernelMemory } from '../dsp/kernel-memory.ts';
import { automationChanges, type PlannedMove } from '../graph/automation.ts';
import type { Change } from '../graph/change.ts';
import { MAIN, type PipelineDefinition } from '../graph/definition.ts';
import { type LivePipeline, preparePipeline } from '../graph/live-pipeline.ts';
import { isTransparent, sideBySide } from '../graph/prepare-pipeline.ts';
import { type SampleEncoding, writtenFor } from '../io/sample-format.ts';
import type { AudioHeader, StreamDecoder } from '../io/stream-decoder.ts';
import { type DitherKind, StreamEncoder } from '../io/stream-encoder.ts';
import { ditherFor } from './dither.ts';
import { LoudnessWatch } from './loudness-watch.ts';
import type { SideInput } from './side-input.ts';
import type { SideOutput } from './side-output.ts';
import { relayOver } from './thread-relay.ts';

/** What a path of audio is prepared from, once its format is known. */
export interface PathOptions {
  /** Moves of parameters at times of the output. */
  readonly automation: readonly PlannedMove[];
  /** Told of every change that came while running. */
  readonly onChange: (change: Change) => void;
  readonly backend: BackendName;
  readonly blockFrames: number;
  /** Threads that the nodes of the graph are shared out over. */
  readonly threads: number;
  readonly seed: number;
  /** Whether the header can be written over at the end. */
  readonly seekable: boolean;
  /** Of the first input, for messages. */
  readonly inputName: string;
  /** The pipeline's further inputs, opened before the first byte of the first one comes, and its further outputs. */
  readonly inputs: readonly SideInput[];
  readonly outputs: readonly SideOutput[];
  readonly sampleFormat?: SampleEncoding | undefined;
  /** What happens to the stages where another file begins in the input: nothing, or they start anew. */
  readonly onTrack?: 'keep' | 'reset' | undefined;
  /** Whether the metadata of the input goes with the audio. */
  readonly metadata?: boolean | undefined;
  /** Guards also what no stage could be harmed by. */
  readonly strict?: boolean | undefined;
  /** Whether the loudness of what goes out is metered. */
  readonly watchLoudness: boolean;
}

/** What exists once the format is known, all on one memory. */
export interface OpenPath {
  readonly header: AudioHeader;
  readonly memory: KernelMemory;
  readonly graph: LivePipeline;
  /** Where the pipeline's inputs come in, in its order. */
  readonly inputs: readonly Planar[];
  readonly encoder: StreamEncoder;
  readonly dither: DitherKind;
  /** Meters the output, where a log asks for it. */
  readonly loudness: LoudnessWatch | null;
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
  const { automation, backend, blockFrames, onChange, inputs, outputs } = options;
  const { encoding: incoming } = header.sampleFormat;
  const { format, channelMask } = widest(header, options);
  const encoding = options.sampleFormat ?? writtenFor(incoming);
  const changes = automationChanges(pipeline, automation, format.sampleRate);
  return onKernelMemory(backend, (memory) => {
    const graph = preparePipeline(pipeline, {
      format,
      maxFrames: blockFrames,
      memory,
      changes,
      onChange,
      alwaysGuard: options.strict === true,
      relay: options.threads > 1 ? relayOver({ ...options, format }) : undefined,
    });
    const ditherOf = (name: string) => ditherFor(incoming, encoding, isTransparent(pipeline, name));
    const encoder = (name: string, seekable: boolean): StreamEncoder =>
      new StreamEncoder({
        format,
        sampleFormat: { ...header.sampleFormat, encoding },
        // Who says what to do with tracks expects more of them than the first one's header knows.
        announcedFrames: options.onTrack === undefined ? header.announcedFrames : null,
        container: header.container === 'raw' ? 'raw' : 'wav',
        channelMask,
        metadata: options.metadata === false ? [] : header.metadata,
        dither: ditherOf(name),
        seed: options.seed,
        seekable,
        memory,
        maxFrames: blockFrames,
      });
    const main = encoder(MAIN, options.seekable);
    for (const side of outputs) side.attach(encoder(side.name, side.seekable));
    decoder.attach(memory, blockFrames);
    for (const side of inputs) side.attach(memory, blockFrames);
    return {
      header: { ...header, format },
      memory,
      graph,
      inputs: sideBySide(graph.run.input, format),
      encoder: main,
      dither: ditherOf(MAIN),
      loudness: options.watchLoudness ? new LoudnessWatch(memory, format, blockFrames) : null,
      scratch: memory.f32(blockFrames),
    };
  });
}

/** The header of the input with most channels: a mono one is heard in all of them, any other number must agree. */
function widest(header: AudioHeader, { inputName, inputs }: PathOptions): AudioHeader {
  let most = { name: inputName, header };
  for (const { name, header: other } of inputs) {
    if (other === null) continue;
    const [rate, otherRate] = [header.format.sampleRate, other.format.sampleRate];
    if (otherRate !== rate) {
      throw inputError(
        `${inputName}: has ${rate} Hz and ${name} ${otherRate} Hz, all inputs need the same rate`,
      );
    }
    const [channels, count] = [most.header.format.channels, other.format.channels];
    if (count !== channels && count !== 1 && channels !== 1) {
      throw inputError(
        `${inputName}: ${count} channels in ${name} and ${channels} in ${most.name}, all inputs need as many, or one`,
      );
    }
    if (count > channels) most = { name, header: other };
  }
  return most.header;
}
