import type { Duplex } from 'node:stream';
import { asStream, flushable, gen, none } from 'stream-chain';
import type { AudioBlock } from '../audio/block.ts';
import { maskFromLayout, sameFormat } from '../audio/format.ts';
import { type BackendName, type KernelMemory, onKernelMemory } from '../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { type LivePipeline, preparePipeline } from '../graph/live-pipeline.ts';
import { framesOut } from '../graph/segments.ts';
import type { RawFormat, SampleEncoding } from '../io/sample-format.ts';
import { type AudioHeader, StreamDecoder } from '../io/stream-decoder.ts';
import { type DitherKind, type Patch, StreamEncoder } from '../io/stream-encoder.ts';
import { ditherFor } from './dither.ts';
import { SlabWriter } from './slab-writer.ts';

interface AudioPathOptions {
  readonly pipeline: PipelineDefinition;
  readonly backend: BackendName;
  readonly blockFrames: number;
  readonly seed: number;
  readonly dither: DitherKind;
  /** Whether the header can be written over at the end. */
  readonly seekable: boolean;
  readonly raw?: RawFormat | undefined;
  readonly sampleFormat?: SampleEncoding | undefined;
  /** The samples that the output takes where those would be written. */
  readonly samplesFor?: ((wanted: SampleEncoding) => SampleEncoding) | undefined;
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
  /** Room for one number a frame of a block. */
  readonly scratch: Float32Array;
}

/** Says that a chunk is used up, so that what came of it leaves without waiting for the next. */
const CHUNK_END = Symbol('end of chunk');

/** A number of frames in the graph's input, or the end of a chunk. */
type Step = number | typeof CHUNK_END;

/** A processed block, or the end of a chunk. */
type Passing = AudioBlock | typeof CHUNK_END;

/** A sample's walk: bytes to blocks, blocks through the graph, blocks to bytes, in one stream. */
export class AudioPath {
  /** Bytes of audio in, bytes of audio out. */
  readonly stream: Duplex;
  readonly #options: AudioPathOptions;
  readonly #decoder: StreamDecoder;
  readonly #outgoing = new SlabWriter();
  #open: OpenPath | null = null;
  #headed = false;
  #patches: readonly Patch[] = [];
  #warnings: readonly string[] = [];
  #cut = false;

  constructor(options: AudioPathOptions) {
    this.#options = options;
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

  /** What the output's header must be corrected to, once the stream has ended. */
  get patches(): readonly Patch[] {
    return this.#patches;
  }

  /** What the decoder has to say about the input, once the stream has ended. */
  get warnings(): readonly string[] {
    return this.#warnings;
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
    yield CHUNK_END;
  }

  *#endInput(): Generator<Step, void, void> {
    if (this.#cut && this.#decoder.header === null) return;
    const { warnings } = this.#decoder.end();
    if (!this.#cut) this.#warnings = warnings;
    yield* this.#frames();
  }

  *#frames(): Generator<number, void, void> {
    const { header } = this.#decoder;
    if (header === null) return;
    this.#open ??= this.#prepare(header);
    const { input, maxFrames } = this.#open.graph.run;
    for (;;) {
      const frames = this.#decoder.read(input, maxFrames);
      if (frames === 0) return;
      yield frames;
    }
  }

  #process(step: Step): Passing | Promise<Passing> {
    return step === CHUNK_END ? CHUNK_END : this.#observed(this.#open!.graph.run.process(step));
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
    const { pipeline, backend, blockFrames, seed, seekable, sampleFormat, samplesFor } = this.#options;
    const { format, container, channelMask, announcedFrames } = header;
    const wanted = sampleFormat ?? header.sampleFormat.encoding;
    const encoding = samplesFor?.(wanted) ?? wanted;
    return onKernelMemory(backend, (memory) => {
      const graph = preparePipeline(pipeline, { format, maxFrames: blockFrames, memory });
      const { outputFormat, maxFramesOut } = graph.run;
      const sameLayout = sameFormat({ ...outputFormat, sampleRate: format.sampleRate }, format);
      const dither = ditherFor(
        header.sampleFormat.encoding,
        encoding,
        graph.transparent,
        this.#options.dither,
      );
      const encoder = new StreamEncoder({
        format: outputFormat,
        sampleFormat: { ...header.sampleFormat, encoding },
        announcedFrames: announcedFrames && framesOut(pipeline, format, announcedFrames),
        container,
        channelMask: sameLayout ? channelMask : maskFromLayout(outputFormat.layout),
        dither,
        seed,
        seekable,
        memory,
        maxFrames: maxFramesOut,
      });
      this.#decoder.attach(memory, blockFrames);
      return { header, memory, graph, encoder, dither, scratch: memory.f32(maxFramesOut) };
    });
  }
}
