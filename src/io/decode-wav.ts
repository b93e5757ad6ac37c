import type { Transform } from 'node:stream';
import { transform } from 'through2';
import { type AudioBlock, createBlock } from '../audio/block.ts';
import { type BackendName, chooseBackend, onKernelMemory } from '../dsp/kernel-memory.ts';
import type { RawFormat } from './sample-format.ts';
import { type AudioHeader, type FormatChange, StreamDecoder } from './stream-decoder.ts';

/** Most frames in a block. */
const MAX_FRAMES = 4096;

export interface DecodeWavOptions {
  /** Takes the bytes for headerless samples of this format. By default they begin with a header. */
  raw?: RawFormat;
  /** What becomes of a file behind the first that has another rate or other channels. @default 'stop' */
  onFormatChange?: FormatChange;
  /** @default 'auto' */
  backend?: BackendName | 'auto';
  /** Called once, before the first block. */
  onHeader?: (header: AudioHeader) => void;
  /** Called with one line when the input ends early or inside a frame. */
  onWarning?: (message: string) => void;
}

/** Decodes chunks of bytes into blocks with arrays of their own. */
class BlockDecoder {
  readonly #decoder: StreamDecoder;
  readonly #options: DecodeWavOptions;
  #planar: readonly Float32Array[] | null = null;

  constructor(options: DecodeWavOptions) {
    this.#decoder = new StreamDecoder(options);
    this.#options = options;
  }

  get header(): AudioHeader | null {
    return this.#decoder.header;
  }

  *decode(chunk: Uint8Array): Generator<AudioBlock, void, void> {
    this.#decoder.write(chunk);
    yield* this.#blocks();
  }

  *end(): Generator<AudioBlock, void, void> {
    const { warnings } = this.#decoder.end();
    yield* this.#blocks();
    // Audio of no length still has a format, which whoever writes it must know.
    if (this.#decoder.framesRead === 0) yield createBlock(this.#decoder.header!.format, 0);
    for (const warning of warnings) this.#options.onWarning?.(warning);
  }

  *#blocks(): Generator<AudioBlock, void, void> {
    const { header } = this.#decoder;
    if (!header) return;
    this.#planar ??= this.#open(header);
    while (true) {
      const start = this.#decoder.framesRead;
      const frames = this.#decoder.read(this.#planar, MAX_FRAMES);
      if (frames === 0) {
        if (this.#decoder.nextTrack()) continue;
        if (this.#decoder.failure) throw this.#decoder.failure;
        return;
      }
      const channels = this.#planar.map((channel) => channel.slice(0, frames));
      yield { format: header.format, start, frames, channels };
    }
  }

  #open(header: AudioHeader): readonly Float32Array[] {
    this.#options.onHeader?.(header);
    return onKernelMemory(chooseBackend(this.#options.backend), (memory) => {
      this.#decoder.attach(memory, MAX_FRAMES);
      return memory.planar(header.format.channels, MAX_FRAMES);
    });
  }
}

/** A Transform from bytes to AudioBlocks. */
export interface WavDecoder extends Transform {
  /** What is known of the audio; null before the header is complete. */
  readonly header: AudioHeader | null;
}

/**
 * A Transform from the bytes of a WAV, AIFF, AU, Wave64 or raw stream to `AudioBlock` objects of up to 4096 frames,
 * each with arrays of its own. Audio of no length gives one block of no frames.
 */
export function decodeWav(options: DecodeWavOptions = {}): WavDecoder {
  const decoder = new BlockDecoder(options);

  const stream = transform(
    { readableObjectMode: true, readableHighWaterMark: 4 },
    function (this: Transform, chunk: Uint8Array, _encoding, done) {
      try {
        for (const block of decoder.decode(chunk)) this.push(block);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    function (this: Transform, done) {
      try {
        for (const block of decoder.end()) this.push(block);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  ) as Transform;
  return Object.defineProperty(stream, 'header', { get: () => decoder.header }) as WavDecoder;
}
