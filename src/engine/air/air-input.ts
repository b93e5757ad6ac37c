import { Readable } from 'node:stream';
import type { Planar } from '../../audio/block.ts';
import { inputError } from '../../audio/errors.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import { type RawFormat, type SampleEncoding, writtenFor } from '../../io/sample-format.ts';
import type { AudioHeader } from '../../io/stream-decoder.ts';
import { StreamEncoder } from '../../io/stream-encoder.ts';
import { Rotation } from '../files/rotating-reader.ts';
import { named } from '../files/system-reason.ts';
import type { AirClock } from './air-clock.ts';
import { AirDesk } from './air-desk.ts';
import type { AirListener } from './air-event.ts';
import type { AirRules } from './air-rules.ts';
import { DamageWatch } from './damage-watch.ts';
import type { Fallback } from './fallback.ts';
import { ProgrammeFeed } from './programme-feed.ts';

/** Where a programme comes from. */
export interface ProgrammeSource {
  /** For messages. */
  readonly name: string;
  /** Resolves when there is somebody to read from; rejects when it is aborted, or can't be. */
  readonly connect: (signal: AbortSignal) => Promise<Readable>;
  /** Whether another one may come after the end of one. */
  readonly reconnects: boolean;
}

/** What an input on air is opened with. */
export interface AirInputOptions extends Omit<AirRules, 'fallback'> {
  readonly source: ProgrammeSource;
  /** The programme has no header. */
  readonly raw?: RawFormat | undefined;
  /** Makes the fallback, once the format is known; null for a stream that is paced only. */
  readonly fallback: ((header: AudioHeader) => Fallback) | null;
  readonly backend: BackendName;
  readonly clock: AirClock;
  readonly onEvent: AirListener;
}

/**
 * The programme, or what is heard in its place, as a stream of bytes that a run takes for its input. A chunk must be used up
 * before the next one is asked for, as `pipe` does.
 */
export class AirInput extends Readable {
  /** Of the first programme; the others are brought to its format. */
  readonly header: AudioHeader;
  /** What the bytes are when they have no header. */
  readonly raw: RawFormat | undefined;
  /** The samples that a run writes for that header. */
  readonly sampleFormat: SampleEncoding;
  readonly #options: AirInputOptions;
  readonly #fallback: Fallback | null;
  readonly #desk: AirDesk;
  readonly #damage: DamageWatch;
  readonly #planar: Planar;
  readonly #encoder: StreamEncoder;
  readonly #rotation: Rotation;
  #feed: ProgrammeFeed | null;
  #wanted = false;
  #headed = false;
  #cancel: (() => void) | null = null;
  readonly #closed = new AbortController();

  private constructor(feed: ProgrammeFeed, header: AudioHeader, options: AirInputOptions) {
    super({ highWaterMark: 1 });
    const { raw } = options;
    const { format } = header;
    this.#options = options;
    this.#feed = feed;
    this.header = header;
    this.sampleFormat = writtenFor(header.sampleFormat.encoding);
    const bigEndian = raw?.sampleFormat.bigEndian ?? false;
    this.raw = raw && { ...raw, sampleFormat: { encoding: 'f32', bigEndian } };
    this.#fallback = options.fallback?.(header) ?? null;
    this.#desk = new AirDesk({ ...options, format, fallback: this.#fallback });
    this.#damage = new DamageWatch(options.clock, options.onEvent);
    const { maxFrames } = this.#desk;
    this.#rotation = new Rotation(maxFrames * format.channels * Float32Array.BYTES_PER_ELEMENT);
    [this.#planar, this.#encoder] = onKernelMemory(options.backend, (memory) => [
      memory.planar(format.channels, maxFrames),
      new StreamEncoder({
        format,
        sampleFormat: { encoding: 'f32', bigEndian },
        announcedFrames: null,
        container: raw ? 'raw' : 'wav',
        channelMask: header.channelMask,
        dither: 'none',
        seed: 0,
        metadata: header.metadata,
        seekable: false,
        memory,
        maxFrames,
      }),
    ]);
  }

  /** Waits for the first programme. Throws an input error that names it when it is none. */
  static async open(options: AirInputOptions): Promise<AirInput> {
    const { source, raw, backend } = options;
    const stream = await source.connect(AbortSignal.any([]));
    let onReadable = (): void => {};
    const feed = new ProgrammeFeed(stream, { raw, backend, onReadable: () => onReadable() });
    while (feed.header() === null && feed.end === null) {
      await new Promise<void>((resolve) => {
        onReadable = resolve;
      });
    }
    const header = feed.header();
    if (header === null) {
      feed.close();
      throw named(feed.end?.error ?? inputError('ended before its first sample'), source.name, inputError);
    }
    const input = new AirInput(feed, header, options);
    onReadable = () => input.#pump();
    return input;
  }

  /** Frames so far: out, with no programme in them, and of the programme but not heard. */
  get counts(): AirDesk['counts'] {
    return this.#desk.counts;
  }

  override _read(): void {
    if (!this.#wanted) this.#desk.begin();
    this.#wanted = true;
    this.#pump();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#cancel?.();
    this.#closed.abort();
    this.#feed?.close();
    this.#fallback?.close();
    const { framesOut: frame, ...totals } = this.#desk.counts;
    this.#damage.end(frame);
    this.#options.onEvent({ event: 'off', frame, ...totals });
    done(error);
  }

  /** Gives what there is now, or comes back when there may be something. */
  #pump(): void {
    if (!this.#wanted || this.destroyed) return;
    this.#cancel?.();
    this.#cancel = null;
    const frames = this.#desk.next(this.#planar, this.#feed);
    if (this.#feed) this.#damage.look(this.#feed, this.#desk.counts.framesOut);
    if (this.#feed?.end && !this.#desk.onAir) this.#reconnect();
    if (frames < 0) this.#finish();
    else if (frames > 0) this.#give(frames);
    else this.#pumpAfter(this.#desk.wait());
  }

  #pumpAfter(ms: number): void {
    if (Number.isFinite(ms)) this.#cancel = this.#options.clock.after(ms, () => this.#pump());
  }

  #give(frames: number): void {
    this.#wanted = false;
    const head = this.#takeHead();
    const bytes = this.#encoder.encode(this.#planar, frames);
    if (head.length > 0) this.push(Buffer.concat([head, bytes]));
    else {
      const chunk = this.#rotation.next();
      chunk.set(bytes);
      this.push(chunk.subarray(0, bytes.length));
    }
  }

  /** The header, the first time. */
  #takeHead(): Uint8Array {
    const head = this.#headed ? new Uint8Array(0) : this.#encoder.header();
    this.#headed = true;
    return head;
  }

  #finish(): void {
    const error = this.#feed?.end?.error;
    if (error) {
      this.destroy(named(error, this.#options.source.name, inputError));
      return;
    }
    // A programme without a frame is one all the same.
    const head = this.#takeHead();
    if (head.length > 0) this.push(head);
    this.push(null);
  }

  /** Lets the one that has ended go and waits for the next, where there may be one. */
  #reconnect(): void {
    const { source, raw, backend } = this.#options;
    if (!source.reconnects) return;
    this.#feed?.close();
    this.#feed = null;
    const { signal } = this.#closed;
    const onConnect = (stream: Readable): void => {
      this.#feed = new ProgrammeFeed(stream, { raw, backend, onReadable: () => this.#pump() });
      this.#desk.connect();
      this.#pump();
    };
    source.connect(signal).then(onConnect, (error) => {
      if (!signal.aborted) this.destroy(named(error, source.name, inputError));
    });
  }
}
