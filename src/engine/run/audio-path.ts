import type { Duplex } from 'node:stream';
import { asStream, flushable, gen, many, none } from 'stream-chain';
import type { AudioBlock } from '../../audio/block.ts';
import type { AuralisError } from '../../audio/errors.ts';
import { automationChanges } from '../../graph/automation.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { sideBySide } from '../../graph/prepare-pipeline.ts';
import { withSetting } from '../../graph/settings.ts';
import type { RawFormat } from '../../io/sample-format.ts';
import { type AudioHeader, type FormatChange, StreamDecoder } from '../../io/stream-decoder.ts';
import type { Patch } from '../../io/stream-encoder.ts';
import type { CheckpointTaker } from '../checkpoint/checkpoint-taker.ts';
import { ResumedRun, type Resumption } from '../checkpoint/resumption.ts';
import { refuseReplaced } from '../files/guard-findings.ts';
import { spread } from '../files/side-input.ts';
import type { SideOutput } from '../files/side-output.ts';
import { SlabWriter } from '../files/slab-writer.ts';
import { type BlockListener, BlockObserver } from '../path/block-observer.ts';
import { type OpenPath, openPath, type PathOptions } from '../path/open-path.ts';

interface AudioPathOptions extends PathOptions {
  readonly pipeline: PipelineDefinition;
  readonly resume?: Resumption | undefined;
  /** Shown the path between two blocks. */
  readonly checkpoints?: CheckpointTaker | undefined;
  readonly raw?: RawFormat | undefined;
  readonly onFormatChange?: FormatChange | undefined;
  /** Makes an error of what the guard would replace. */
  readonly strict?: boolean | undefined;
  /** Called when nothing more of the input can be read though it goes on: `failure` says why. */
  readonly onFailure: () => void;
  /** Called when the format is known and all is prepared. */
  readonly onOpen: (open: OpenPath) => void;
  readonly onBlock: BlockListener;
}

/** Says that a chunk is used up, so that what came of it leaves without waiting for the next. */
const CHUNK_END = Symbol('end of chunk');
/** Says that the stages start anew for the frames that follow. */
const TRACK_END = Symbol('end of track');

/** Frames in the graph's input: an object, as the chain asks all that passes for properties, which V8 finds slowly on numbers. */
interface Filled {
  frames: number;
}

/** Some frames, the end of a chunk, or that of a track. */
type Step = Filled | typeof CHUNK_END | typeof TRACK_END;

/** A processed block, or the end of a chunk. */
type Passing = AudioBlock | typeof CHUNK_END;

/** Bytes that may go out; the chain passes over null. */
type Leaving = null | ReturnType<typeof many<Buffer>>;

const leaving = (pieces: readonly Buffer[]): Leaving => (pieces.length > 0 ? many([...pieces]) : null);

/** A sample's walk: bytes to blocks, blocks through the graph, blocks to bytes, in one stream. */
export class AudioPath {
  /** Bytes of audio in, bytes of audio out. */
  readonly stream: Duplex;
  readonly #options: AudioPathOptions;
  readonly #decoder: StreamDecoder;
  readonly #outgoing = new SlabWriter();
  readonly #filled: Filled = { frames: 0 };
  #pipeline: PipelineDefinition;
  /** The run that is gone on with, or null. */
  readonly #resumed: ResumedRun | null;
  #open: OpenPath | null = null;
  #observer: BlockObserver | null = null;
  #headed: boolean;
  #patches: readonly Patch[] = [];
  #warnings: readonly string[] = [];
  #cut = false;

  constructor(options: AudioPathOptions) {
    this.#options = options;
    this.#pipeline = options.pipeline;
    const { resume } = options;
    this.#resumed = resume ? new ResumedRun(resume, options.inputName) : null;
    this.#headed = resume !== undefined;
    this.#decoder = new StreamDecoder(options);
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

  /** Changes one parameter, named as in `limiter.ceiling`, from the next block on. */
  set(name: string, value: unknown): void {
    if (this.#open) this.#open.graph.set(name, value);
    else this.#pipeline = withSetting(this.#pipeline, name, value);
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

  /** Lets go of the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#open?.graph.close(), this.#options.crew?.close()]);
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
    if (!this.#cut) this.#resumed?.checkEnd(this.#decoder);
  }

  *#frames(): Generator<Step, void, void> {
    const { header } = this.#decoder;
    if (header === null) return;
    this.#open ??= this.#prepare(header);
    const { run } = this.#open.graph;
    const [input] = this.#open.inputs;
    const own = input.slice(0, header.format.channels);
    const { checkpoints } = this.#options;
    if (this.#resumed?.readPast(this.#decoder, own) === false) return;
    for (;;) {
      const most = Math.min(run.span(), checkpoints?.span(this.#open) ?? Number.POSITIVE_INFINITY);
      const frames = this.#decoder.read(own, most);
      if (frames > 0) {
        spread(input, own.length, 0, frames);
        this.#open.dither.follow(this.#decoder.storedAs);
        this.#filled.frames = frames;
        yield this.#filled;
        // All that came of the block has been encoded by now.
        checkpoints?.look(this.#open);
      } else if (this.#decoder.nextTrack()) yield TRACK_END;
      else return;
    }
  }

  // A plain value costs the chain less than a generator of one.
  #process(step: Step): Passing | Promise<Passing> | Generator<Passing | Promise<Passing>, void, void> {
    if (step === CHUNK_END) return CHUNK_END;
    return step === TRACK_END ? this.#startAnew() : this.#fillAndProcess(step.frames);
  }

  #fillAndProcess(frames: number): AudioBlock | Promise<AudioBlock> {
    const wait = this.#options.inputs.length > 0 ? this.#fillSides(frames) : undefined;
    this.#observer!.before(this.#open!.inputs[0], frames);
    return wait === undefined ? this.#processFrames(frames) : wait.then(() => this.#processFrames(frames));
  }

  /** As many frames of the further inputs, which may have to be waited for. */
  #fillSides(frames: number): Promise<unknown> | undefined {
    const { inputs } = this.#open!;
    const waits = this.#options.inputs.flatMap((side, n) => side.fill(inputs[n + 1], frames) ?? []);
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  #processFrames(frames: number): AudioBlock | Promise<AudioBlock> {
    const { graph, header } = this.#open!;
    const block = graph.run.process(frames);
    if (this.#options.strict && graph.guard !== null) refuseReplaced(graph.guard, header.format);
    return this.#observer!.after(block);
  }

  /** Between two tracks, where it is asked for: lets the tail out, and the stages begin anew. */
  *#startAnew(): Generator<Passing | Promise<Passing>, void, void> {
    if (this.#options.onTrack !== 'reset') return;
    yield* this.#drain();
    this.#open!.graph.beginAnew();
  }

  *#drain(): Generator<Passing | Promise<Passing>, void, void> {
    for (const block of this.#open?.graph.run.flush() ?? []) yield this.#observer!.after(block);
  }

  #encode(passing: Passing): Leaving {
    const head = this.#headed ? [] : this.#head();
    const pieces = passing === CHUNK_END ? this.#endChunk() : this.#encodeBlock(passing);
    return leaving(head.length > 0 ? [...head, ...pieces] : pieces);
  }

  #endChunk(): readonly Buffer[] {
    for (const side of this.outputs) side.push();
    return this.#outgoing.take();
  }

  #encodeBlock({ channels, frames }: AudioBlock): readonly Buffer[] {
    const { encoder, graph } = this.#open!;
    if (this.outputs.length === 0) return this.#outgoing.add(encoder.encode(channels, frames));
    const [main, ...others] = sideBySide(channels, graph.run.outputFormats);
    this.outputs.forEach((side, n) => void side.write(others[n], frames));
    return this.#outgoing.add(encoder.encode(main, frames));
  }

  #endOutput(): Leaving {
    const head = this.#head();
    if (this.#open === null) return null;
    const { tail, patches } = this.#open.encoder.end();
    this.#patches = patches;
    return leaving([...head, ...this.#outgoing.add(tail), ...this.#outgoing.take()]);
  }

  /** The header, once, as soon as there is one. */
  #head(): readonly Buffer[] {
    if (this.#headed || this.#open === null) return [];
    this.#headed = true;
    return this.#outgoing.add(this.#open.encoder.header());
  }

  #prepare(header: AudioHeader): OpenPath {
    const first = this.#resumed?.headerFor(header) ?? header;
    const open = openPath(this.#pipeline, first, this.#options, this.#decoder);
    this.#observer = new BlockObserver(open, this.outputs, this.#options.onBlock);
    this.#resumed?.restore(open);
    this.#options.onOpen(open);
    return open;
  }
}
