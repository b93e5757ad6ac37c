import type { Readable } from 'node:stream';
import type { Planar } from '../../audio/block.ts';
import { AuralisError } from '../../audio/errors.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import type { RawFormat } from '../../io/sample-format.ts';
import { type AudioHeader, StreamDecoder } from '../../io/stream-decoder.ts';
import { codecWarnings, damagedPlaces } from '../files/codec-input.ts';
import { systemReason } from '../files/system-reason.ts';
import { type FrameReader, inFormat } from './frame-reader.ts';

/** Most frames that are decoded at a time. */
const BLOCK_FRAMES = 4096;

/** Why a connection gives nothing more. */
export interface FeedEnd {
  readonly event: 'ended' | 'garbage';
  readonly reason?: string;
  readonly error?: AuralisError;
}

interface FeedOptions {
  readonly raw?: RawFormat | undefined;
  readonly backend: BackendName;
  /** Called when there may be more to read, or the end to see. */
  readonly onReadable: () => void;
}

/** One connection to a programme, from the first byte of its header to its end: read without waiting. */
export class ProgrammeFeed {
  readonly #stream: Readable;
  readonly #backend: BackendName;
  readonly #decoder: StreamDecoder;
  #reader: FrameReader | null = null;
  #streamEnded = false;
  #began = false;
  #end: FeedEnd | null = null;
  /** What was wrong with the end of its bytes. */
  #endWarnings: readonly string[] = [];

  constructor(stream: Readable, { raw, backend, onReadable }: FeedOptions) {
    this.#stream = stream;
    this.#backend = backend;
    this.#decoder = new StreamDecoder(raw === undefined ? {} : { raw });
    stream.on('readable', onReadable);
    stream.on('end', () => {
      this.#streamEnded = true;
      onReadable();
    });
    stream.on('error', (error) => {
      this.#end ??= { event: 'ended', reason: systemReason(error) };
      onReadable();
    });
  }

  /** Why there is nothing more, once all has been read; null before. */
  get end(): FeedEnd | null {
    return this.#end;
  }

  /** Places where what it is decoded from is damaged, so far. */
  get damagedPlaces(): number {
    return damagedPlaces(this.#stream);
  }

  /** What is wrong with its bytes, one line each. */
  get warnings(): readonly string[] {
    return [...codecWarnings(this.#stream), ...this.#endWarnings];
  }

  /** The header, as soon as it has come. */
  header(): AudioHeader | null {
    while (this.#decoder.header === null && this.#pull()) {}
    return this.#decoder.header;
  }

  /** Puts up to `frames` frames, in a format, at the start of `target` and says how many have come. */
  read(target: Planar, frames: number, format: AudioFormat): number {
    if (this.#end?.event === 'garbage') return 0;
    try {
      const header = this.header();
      if (header === null) return 0;
      this.#reader ??= inFormat(this.#open(header), format, this.#backend);
      return this.#reader.read(target, frames);
    } catch (error) {
      this.#refuse(error);
      return 0;
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #open(header: AudioHeader): FrameReader {
    // Decoded by the reference, which may write to any array.
    onKernelMemory('reference', (memory) => this.#decoder.attach(memory, BLOCK_FRAMES));
    return {
      format: header.format,
      read: (target, frames) => {
        for (;;) {
          const taken = this.#decoder.read(target, frames);
          if (taken > 0) return taken;
          if (this.#decoder.failure !== null) throw this.#decoder.failure;
          if (!this.#decoder.nextTrack() && !this.#pull()) return 0;
        }
      },
    };
  }

  /** Hands the decoder the next bytes; false where none have come, or none will. */
  #pull(): boolean {
    if (this.#end !== null) return false;
    try {
      const chunk: Uint8Array | null = this.#stream.read();
      if (chunk === null && !this.#streamEnded) return false;
      if (chunk === null) {
        this.#end = { event: 'ended' };
        if (this.#began) this.#endWarnings = this.#decoder.end().warnings;
        return this.#began;
      }
      this.#began = true;
      this.#decoder.write(chunk);
      return true;
    } catch (error) {
      this.#refuse(error);
      return false;
    }
  }

  #refuse(error: unknown): void {
    if (!(error instanceof AuralisError)) throw error;
    this.#end = { event: 'garbage', reason: error.message, error };
  }
}
