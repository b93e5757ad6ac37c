import type { Transform } from 'node:stream';
import { transform } from 'through2';
import type { AudioBlock } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { type AudioFormat, describeFormat, maskFromLayout, sameFormat } from '../audio/format.ts';
import { type BackendName, chooseBackend, onKernelMemory } from '../dsp/kernel-memory.ts';
import type { WavDecoder } from './decode-wav.ts';
import type { SampleEncoding } from './sample-format.ts';
import { type DitherKind, StreamEncoder } from './stream-encoder.ts';

/** Most frames that are encoded at a time. */
const MAX_FRAMES = 4096;

export interface EncodeWavOptions {
  /**
   * 24 bits keep all that 32-bit float can say of audio below full scale to within -144 dBFS, and every player reads
   * them. @default 's24'
   */
  sampleFormat?: SampleEncoding;
  /** Frames that will come, for exact sizes in the header. By default those of `like`, or "not known". */
  frames?: number;
  /**
   * The decoder that the audio comes from, when as many frames go out as come in: the header then has its length from
   * the start, and its metadata.
   */
  like?: WavDecoder;
  /** For the integer formats. @default 'tpdf' */
  dither?: DitherKind;
  /** Of the dither. @default 0 */
  seed?: number;
  /** @default 'auto' */
  backend?: BackendName | 'auto';
}

/** Encodes blocks of one format: chunks of bytes, beginning with the header. */
class BlockEncoder {
  readonly #format: AudioFormat;
  readonly #encoder: StreamEncoder;
  readonly #planar: readonly Float32Array[];

  constructor(format: AudioFormat, options: EncodeWavOptions) {
    const { sampleFormat = 's24', dither = 'tpdf', seed = 0, backend = 'auto', like } = options;
    const { announcedFrames = null, metadata = [] } = like?.header ?? {};
    this.#format = format;
    [this.#encoder, this.#planar] = onKernelMemory(chooseBackend(backend), (memory) => [
      new StreamEncoder({
        format,
        sampleFormat: { encoding: sampleFormat, bigEndian: false },
        announcedFrames: options.frames ?? announcedFrames,
        container: 'wav',
        channelMask: maskFromLayout(format.layout),
        metadata,
        dither,
        seed,
        seekable: false,
        memory,
        maxFrames: MAX_FRAMES,
      }),
      memory.planar(format.channels, MAX_FRAMES),
    ]);
  }

  header(): Buffer {
    return Buffer.from(this.#encoder.header());
  }

  *encode({ format, start, frames, channels }: AudioBlock): Generator<Buffer, void, void> {
    if (!sameFormat(format, this.#format)) {
      const began = describeFormat(this.#format);
      throw inputError(
        `the format changes at frame ${start} to ${describeFormat(format)}; the WAV began as ${began}`,
      );
    }
    for (let at = 0; at < frames; at += MAX_FRAMES) {
      const count = Math.min(MAX_FRAMES, frames - at);
      for (const [c, channel] of channels.entries()) this.#planar[c].set(channel.subarray(at, at + count));
      yield Buffer.from(this.#encoder.encode(this.#planar, count));
    }
  }

  end(): Buffer {
    return Buffer.from(this.#encoder.end().tail);
  }
}

/**
 * A Transform from `AudioBlock` objects to the bytes of a little-endian WAV, RF64 when the announced frames need it.
 * The first block sets the format; another format later, or no block at all, is an input error.
 */
export function encodeWav(options: EncodeWavOptions = {}): Transform {
  let encoder: BlockEncoder | null = null;

  return transform(
    { writableObjectMode: true, writableHighWaterMark: 4 },
    function (this: Transform, block: AudioBlock, _encoding, done) {
      try {
        if (!encoder) {
          encoder = new BlockEncoder(block.format, options);
          this.push(encoder.header());
        }
        for (const bytes of encoder.encode(block)) this.push(bytes);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    function (this: Transform, done) {
      if (!encoder) return done(inputError('no audio came in, so the format of the WAV is not known'));
      const tail = encoder.end();
      if (tail.length > 0) this.push(tail);
      done();
    },
  ) as Transform;
}
