import { finished } from 'node:stream';
import type { Planar } from '../../audio/block.ts';
import { outputError } from '../../audio/errors.ts';
import type { StreamEncoder } from '../../io/stream-encoder.ts';
import { drained } from './drained.ts';
import type { OutputSink } from './output-sink.ts';
import { SlabWriter } from './slab-writer.ts';
import { isReaderGone, named } from './system-reason.ts';

/** An output beside `main`: encoded and written as the run goes, and waited for when it is behind. */
export class SideOutput {
  /** Name in the pipeline. */
  readonly name: string;
  readonly #sink: OutputSink;
  readonly #slabs = new SlabWriter();
  readonly #closed: Promise<Error | null>;
  #encoder: StreamEncoder | null = null;
  #headed = false;
  #readerGone = false;
  #failure: Error | null = null;

  /** `onFailure` is called with what stops the run; a reader that goes away does not. */
  constructor(name: string, sink: OutputSink, onFailure: (error: Error) => void) {
    this.name = name;
    this.#sink = sink;
    sink.onWritten = (chunk) => this.#slabs.release(chunk);
    this.#closed = new Promise((resolve) => {
      finished(sink.stream, (error) => resolve(error ?? null));
    });
    sink.stream.on('error', (error) => {
      if (isReaderGone(error)) this.#readerGone = true;
      else {
        this.#failure = named(error, sink.name, outputError);
        onFailure(this.#failure);
      }
    });
  }

  /** Whether its header can be written over at the end. */
  get seekable(): boolean {
    return this.#sink.revision !== null;
  }

  /** The samples it takes where a run would write these; without it, any. */
  get samplesFor(): OutputSink['samplesFor'] {
    return this.#sink.samplesFor;
  }

  get clippedSamples(): number {
    return this.#encoder?.clippedSamples ?? 0;
  }

  /** What happened to it, one line each. */
  get warnings(): readonly string[] {
    return this.#readerGone ? [`${this.#sink.name}: its reader went away, the run went on without it`] : [];
  }

  attach(encoder: StreamEncoder): void {
    this.#encoder = encoder;
  }

  /** Takes frames; they leave with the next `push`, or when enough have come together. */
  write(channels: Planar, frames: number): void {
    this.#head();
    if (this.#encoder) this.#add(this.#encoder.encode(channels, frames));
  }

  /** Sends off what has come together. */
  push(): void {
    for (const piece of this.#slabs.take()) this.#send(piece);
  }

  /** Resolves when it can take more, or never will; undefined when it can now. */
  ready(): Promise<void> | undefined {
    const { stream } = this.#sink;
    if (!stream.writableNeedDrain || stream.destroyed) return undefined;
    return drained(stream);
  }

  /**
   * Writes what is left, corrects the header and lets go of the file, which stays where it is `worthIt`. To be called
   * once, however the run ends.
   */
  async end(worthIt: boolean): Promise<void> {
    try {
      this.#head();
      const { tail, patches } = this.#encoder?.end() ?? { tail: new Uint8Array(), patches: [] };
      this.#add(tail);
      this.push();
      this.#sink.stream.end();
      await this.#closed;
      if (this.#failure) throw this.#failure;
      for (const { position, bytes } of patches) await this.#sink.revision?.patch(position, bytes);
      if (worthIt) this.#sink.keep?.();
    } catch (error) {
      throw named(error, this.#sink.name, outputError);
    } finally {
      this.#sink.close();
    }
  }

  #head(): void {
    if (this.#headed || this.#encoder === null) return;
    this.#headed = true;
    this.#add(this.#encoder.header());
  }

  #add(bytes: Uint8Array): void {
    for (const piece of this.#slabs.add(bytes)) this.#send(piece);
  }

  #send(piece: Buffer): void {
    if (!this.#sink.stream.destroyed) this.#sink.stream.write(piece);
  }
}
