import type { Duplex } from 'node:stream';
import { asStream, flushable, gen, none } from 'stream-chain';
import type { AudioBlock, Planar } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { type BackendName, type KernelMemory, onKernelMemory } from '../dsp/kernel-memory.ts';
import { MAIN, type PipelineDefinition } from '../graph/definition.ts';
import { type LivePipeline, preparePipeline } from '../graph/live-pipeline.ts';
import { isTransparent, sideBySide } from '../graph/prepare-pipeline.ts';
import type { RawFormat, SampleEncoding } from '../io/sample-format.ts';
import { type AudioHeader, StreamDecoder } from '../io/stream-decoder.ts';
import { type DitherKind, type Patch, StreamEncoder } from '../io/stream-encoder.ts';
import { ditherFor } from './dither.ts';
import { type SideInput, spread } from './side-input.ts';
import type { SideOutput } from './side-output.ts';
import { SlabWriter } from './slab-writer.ts';

interface AudioPathOptions {
  readonly pipeline: PipelineDefinition;
  readonly backend: BackendName;
  readonly blockFrames: number;
  readonly seed: number;
  /** Whether the header can be written over at the end. */
  readonly seekable: boolean;
  readonly raw?: RawFormat | undefined;
  /** Of the first input, for messages. */
  readonly inputName: string;
  /** The pipeline's further inputs, opened before the first byte of the first one comes, and its further outputs. */
  readonly inputs: readonly SideInput[];
  readonly outputs: readonly SideOutput[];
  readonly sampleFormat?: SampleEncoding | undefined;
  /** Called after each processed block; a promise holds the audio up until it resolves. */
  readonly onBlock: (block: AudioBlock, open: OpenPath) => Promise<void> | undefined;
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

  /** What there is to say about inputs and further outputs, once the stream has ended. */
  get warnings(): readonly string[] {
    const { inputs, outputs } = this.#options;
    return [...this.#warnings, ...[...inputs, ...outputs].flatMap(({ warnings }) => warnings)];
  }

  get outputs(): readonly SideOutput[] {
    return this.#options.outputs;
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
    const { maxFrames } = this.#open.graph.run;
    const [input] = this.#open.inputs;
    const own = input.slice(0, header.format.channels);
    for (;;) {
      const frames = this.#decoder.read(own, maxFrames);
      if (frames === 0) return;
      spread(input, own.length, 0, frames);
      yield frames;
    }
  }

  #process(step: Step): Passing | Promise<Passing> {
    if (step === CHUNK_END) return CHUNK_END;
    const { graph, inputs } = this.#open!;
    const filled = this.#options.inputs.flatMap((side, n) => side.fill(inputs[n + 1], step) ?? []);
    if (filled.length === 0) return this.#observed(graph.run.process(step));
    return Promise.all(filled).then(() => this.#observed(graph.run.process(step)));
  }

  *#drain(): Generator<Passing | Promise<Passing>, void, void> {
    for (const block of this.#open?.graph.run.flush() ?? []) yield this.#observed(block);
  }

  /** The block itself, at once or when its observer and the outputs beside `main` are ready for more. */
  #observed(block: AudioBlock): AudioBlock | Promise<AudioBlock> {
    const busy = [
      this.#options.onBlock(this.#mainOf(block), this.#open!),
      ...this.outputs.map((side) => side.ready()),
    ].filter((one) => one !== undefined);
    return busy.length > 0 ? Promise.all(busy).then(() => block) : block;
  }

  /** A block without the channels of the outputs beside `main`. */
  #mainOf(block: AudioBlock): AudioBlock {
    return this.outputs.length === 0
      ? block
      : { ...block, channels: block.channels.slice(0, block.format.channels) };
  }

  *#encode(passing: Passing): Generator<Buffer, void, void> {
    yield* this.#head();
    if (passing === CHUNK_END) {
      for (const side of this.outputs) side.push();
      yield* this.#outgoing.take();
      return;
    }
    const [main, ...others] = sideBySide(passing.channels, passing.format);
    this.outputs.forEach((side, n) => void side.write(others[n], passing.frames));
    yield* this.#outgoing.add(this.#open!.encoder.encode(main, passing.frames));
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
    const { pipeline, backend, blockFrames, seed, seekable, sampleFormat, inputs } = this.#options;
    const { encoding: incoming } = header.sampleFormat;
    const { format, channelMask } = this.#widest(header);
    const encoding = sampleFormat ?? incoming;
    return onKernelMemory(backend, (memory) => {
      const graph = preparePipeline(pipeline, { format, maxFrames: blockFrames, memory });
      const encoder = (name: string, canSeek: boolean): StreamEncoder =>
        new StreamEncoder({
          format,
          sampleFormat: { ...header.sampleFormat, encoding },
          announcedFrames: header.announcedFrames,
          container: header.container,
          channelMask,
          dither: ditherFor(incoming, encoding, isTransparent(pipeline, name)),
          seed,
          seekable: canSeek,
          memory,
          maxFrames: blockFrames,
        });
      const main = encoder(MAIN, seekable);
      for (const side of this.outputs) side.attach(encoder(side.name, side.seekable));
      this.#decoder.attach(memory, blockFrames);
      for (const side of inputs) side.attach(memory, blockFrames);
      return {
        header: { ...header, format },
        memory,
        graph,
        inputs: sideBySide(graph.run.input, format),
        encoder: main,
        dither: ditherFor(incoming, encoding, graph.transparent),
        scratch: memory.f32(blockFrames),
      };
    });
  }

  /** The header of the input with most channels: a mono one is heard in all of them, any other number must agree. */
  #widest(header: AudioHeader): AudioHeader {
    const { inputName, inputs } = this.#options;
    let widest = { name: inputName, header };
    for (const { name, header: other } of inputs) {
      if (other === null) continue;
      const [rate, otherRate] = [header.format.sampleRate, other.format.sampleRate];
      if (otherRate !== rate) {
        throw inputError(
          `${inputName}: has ${rate} Hz and ${name} ${otherRate} Hz, all inputs need the same rate`,
        );
      }
      const [most, count] = [widest.header.format.channels, other.format.channels];
      if (count !== most && count !== 1 && most !== 1) {
        throw inputError(
          `${inputName}: ${count} channels in ${name} and ${most} in ${widest.name}, all inputs need as many, or one`,
        );
      }
      if (count > most) widest = { name, header: other };
    }
    return widest.header;
  }
}
