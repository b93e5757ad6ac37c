import type { Duplex } from 'node:stream';
import { asStream, flushable, gen, none } from 'stream-chain';
import type { AudioBlock } from '../audio/block.ts';
import type { AuralisError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { type BackendName, type KernelMemory, onKernelMemory } from '../dsp/kernel-memory.ts';
import { automationChanges, type PlannedMove } from '../graph/automation.ts';
import type { Change } from '../graph/change.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { type LivePipeline, preparePipeline } from '../graph/live-pipeline.ts';
import type { PipelineSnapshot } from '../graph/prepare-pipeline.ts';
import { type RawFormat, type SampleEncoding, writtenFor } from '../io/sample-format.ts';
import { type AudioHeader, StreamDecoder } from '../io/stream-decoder.ts';
import { type DitherKind, type Patch, StreamEncoder } from '../io/stream-encoder.ts';
import type { Controller } from '../stages/controller.ts';
import { ditherFor } from './dither.ts';
import { refuseReplaced } from './guard-findings.ts';
import { LoudnessWatch } from './loudness-watch.ts';
import { SlabWriter } from './slab-writer.ts';

interface AudioPathOptions {
  readonly pipeline: PipelineDefinition;
  /** Moves of parameters at times of the output. */
  readonly automation: readonly PlannedMove[];
  /** Told of every change that came while running. */
  readonly onChange: (change: Change) => void;
  /** Makes what moves parameters by the meters, once the format is known. */
  readonly controller?: ((format: AudioFormat) => Controller) | undefined;
  readonly backend: BackendName;
  readonly blockFrames: number;
  readonly seed: number;
  /** Whether the header can be written over at the end. */
  readonly seekable: boolean;
  readonly raw?: RawFormat | undefined;
  readonly sampleFormat?: SampleEncoding | undefined;
  /** What happens to the stages where another file begins in the input: nothing, or they start anew. */
  readonly onTrack?: 'keep' | 'reset' | undefined;
  /** Whether the metadata of the input goes with the audio. */
  readonly metadata?: boolean | undefined;
  /** Makes an error of what the guard would replace. */
  readonly strict?: boolean | undefined;
  /** Called when nothing more of the input can be read though it goes on: `failure` says why. */
  readonly onFailure: () => void;
  /** Whether the loudness of what goes out is metered. */
  readonly watchLoudness: boolean;
  /** Called after each processed block; a promise holds the audio up until it resolves. */
  readonly onBlock: (block: AudioBlock, open: OpenPath) => Promise<void> | undefined;
}

/** What exists once the format is known, all on one memory. */
export interface OpenPath {
  readonly header: AudioHeader;
  readonly memory: KernelMemory;
  readonly graph: LivePipeline;
  readonly encoder: StreamEncoder;
  readonly dither: DitherKind;
  /** Meters the output, where a log asks for it. */
  readonly loudness: LoudnessWatch | null;
  /** Room for one number a frame of a block. */
  readonly scratch: Float32Array;
}

/** Says that a chunk is used up, so that what came of it leaves without waiting for the next. */
const CHUNK_END = Symbol('end of chunk');
/** Says that the stages start anew for the frames that follow. */
const TRACK_END = Symbol('end of track');

/** A number of frames in the graph's input, the end of a chunk, or that of a track. */
type Step = number | typeof CHUNK_END | typeof TRACK_END;

/** A processed block, or the end of a chunk. */
type Passing = AudioBlock | typeof CHUNK_END;

/** A sample's walk: bytes to blocks, blocks through the graph, blocks to bytes, in one stream. */
export class AudioPath {
  /** Bytes of audio in, bytes of audio out. */
  readonly stream: Duplex;
  readonly #options: AudioPathOptions;
  readonly #decoder: StreamDecoder;
  readonly #outgoing = new SlabWriter();
  #pipeline: PipelineDefinition;
  #open: OpenPath | null = null;
  #headed = false;
  #patches: readonly Patch[] = [];
  #warnings: readonly string[] = [];
  #cut = false;
  /** The state of the stages before the first frame, where each track begins with it. */
  #atStart: PipelineSnapshot | null = null;

  constructor(options: AudioPathOptions) {
    this.#options = options;
    this.#pipeline = options.pipeline;
    this.#decoder = new StreamDecoder(options.raw === undefined ? {} : { raw: options.raw });
    // Grouped into one function list: each generator runs only as far as the next one has taken, so one block's
    // arrays serve all the way and nothing is queued between the three.
    const walk = gen(
      flushable((chunk: Uint8Array | typeof none) =>
        chunk === none ? this.#endInput() : this.#decode(chunk),
      ),
      flushable((step: Step | typeof none) => (step === none ? this.#drain() : this.#process(step))),
      flushable((passing: Passing | typeof none) =>
        passing === none ? this.#endOutput() : this.#encode(passing),
      ),
    );
    this.stream = asStream(walk as (chunk: Uint8Array) => unknown, {
      writableObjectMode: false,
      writableHighWaterMark: 1,
      readableObjectMode: false,
      readableHighWaterMark: 1,
    });
  }

  /** What was prepared, or null while the header is incomplete. */
  get open(): OpenPath | null {
    return this.#open;
  }

  /** What it is, with everything asked for so far. */
  get pipeline(): PipelineDefinition {
    return this.#open?.graph.definition ?? this.#pipeline;
  }

  /** Becomes another pipeline, from the next block on. */
  replace(pipeline: PipelineDefinition): void {
    if (this.#open) this.#open.graph.replace(pipeline);
    else {
      // Refused now, with the file that is to blame, and not when the audio comes.
      automationChanges(pipeline, this.#options.automation, 48000);
      this.#pipeline = pipeline;
    }
  }

  /** What the output's header must be corrected to, once the stream has ended. */
  get patches(): readonly Patch[] {
    return this.#patches;
  }

  /** What the decoder has to say about the input, once the stream has ended. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Why the input could not be read to its end, or null. What came before is in the output. */
  get failure(): AuralisError | null {
    return this.#decoder.failure;
  }

  /** What an output of which only `bytes` have been written must become to be whole as far as it goes. */
  endAt(bytes: number): { readonly length: number; readonly patches: readonly Patch[] } {
    return this.#open?.encoder.endAt(bytes) ?? { length: 0, patches: [] };
  }

  /** Takes back a chunk of the output that has been written. */
  release(chunk: Uint8Array): void {
    this.#outgoing.release(chunk);
  }

  /** Ends the walk here, with what was taken: an input that stops short now is meant to. */
  cut(): void {
    this.#cut = true;
    this.stream.end();
  }

  *#decode(chunk: Uint8Array): Generator<Step, void, void> {
    this.#decoder.write(chunk);
    yield* this.#frames();
    if (this.#decoder.failure !== null) this.#options.onFailure();
    yield CHUNK_END;
  }

  *#endInput(): Generator<Step, void, void> {
    if (this.#cut && this.#decoder.header === null) return;
    const { warnings } = this.#decoder.end();
    if (!this.#cut) this.#warnings = warnings;
    yield* this.#frames();
  }

  *#frames(): Generator<Step, void, void> {
    const { header } = this.#decoder;
    if (header === null) return;
    this.#open ??= this.#prepare(header);
    const { run } = this.#open.graph;
    for (;;) {
      const frames = this.#decoder.read(run.input, run.span());
      if (frames > 0) yield frames;
      else if (this.#decoder.nextTrack()) yield TRACK_END;
      else return;
    }
  }

  *#process(step: Step): Generator<Passing | Promise<Passing>, void, void> {
    if (step === CHUNK_END) yield CHUNK_END;
    else if (step === TRACK_END) yield* this.#startAnew();
    else yield this.#observed(this.#checked(this.#open!.graph.run.process(step)));
  }

  #checked(block: AudioBlock): AudioBlock {
    const { graph, header } = this.#open!;
    if (this.#options.strict && graph.guard !== null) refuseReplaced(graph.guard, header.format);
    return block;
  }

  /** Between two tracks, where it is asked for: lets the tail out and gives the stages the state they began with. */
  *#startAnew(): Generator<Passing | Promise<Passing>, void, void> {
    if (this.#atStart === null) return;
    yield* this.#drain();
    this.#open!.graph.restore(this.#atStart);
  }

  *#drain(): Generator<Passing | Promise<Passing>, void, void> {
    for (const block of this.#open?.graph.run.flush() ?? []) yield this.#observed(block);
  }

  /** The block itself, at once or when its observer is ready for more. */
  #observed(block: AudioBlock): AudioBlock | Promise<AudioBlock> {
    const busy = this.#options.onBlock(block, this.#open!);
    return busy ? busy.then(() => block) : block;
  }

  *#encode(passing: Passing): Generator<Buffer, void, void> {
    yield* this.#head();
    if (passing === CHUNK_END) yield* this.#outgoing.take();
    else yield* this.#outgoing.add(this.#open!.encoder.encode(passing.channels, passing.frames));
  }

  *#endOutput(): Generator<Buffer, void, void> {
    yield* this.#head();
    if (this.#open === null) return;
    const { tail, patches } = this.#open.encoder.end();
    this.#patches = patches;
    yield* this.#outgoing.add(tail);
    yield* this.#outgoing.take();
  }

  /** The header, once, as soon as there is one. */
  *#head(): Generator<Buffer, void, void> {
    if (this.#headed || this.#open === null) return;
    this.#headed = true;
    yield* this.#outgoing.add(this.#open.encoder.header());
  }

  #prepare(header: AudioHeader): OpenPath {
    const { automation, backend, blockFrames, onChange, seed, seekable, sampleFormat } = this.#options;
    const { onTrack, metadata, strict, watchLoudness } = this.#options;
    const pipeline = this.#pipeline;
    const { format, container, channelMask, announcedFrames } = header;
    const encoding = sampleFormat ?? writtenFor(header.sampleFormat.encoding);
    const changes = automationChanges(pipeline, automation, format.sampleRate);
    return onKernelMemory(backend, (memory) => {
      const alwaysGuard = strict === true;
      const controller = this.#options.controller?.(format);
      const options = { format, maxFrames: blockFrames, memory, changes, onChange, alwaysGuard, controller };
      const graph = preparePipeline(pipeline, options);
      const dither = ditherFor(header.sampleFormat.encoding, encoding, graph.transparent);
      const encoder = new StreamEncoder({
        format,
        sampleFormat: { ...header.sampleFormat, encoding },
        // Who says what to do with tracks expects more of them than the first one's header knows.
        announcedFrames: onTrack === undefined ? announcedFrames : null,
        container: container === 'raw' ? 'raw' : 'wav',
        channelMask,
        metadata: metadata === false ? [] : header.metadata,
        dither,
        seed,
        seekable,
        memory,
        maxFrames: blockFrames,
      });
      this.#decoder.attach(memory, blockFrames);
      if (onTrack === 'reset') this.#atStart = graph.snapshot();
      const loudness = watchLoudness ? new LoudnessWatch(memory, format, blockFrames) : null;
      return { header, memory, graph, encoder, dither, loudness, scratch: memory.f32(blockFrames) };
    });
  }
}
