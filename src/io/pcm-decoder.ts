import type { Planar } from '../audio/block.ts';
import type { KernelMemory, Kernels } from '../dsp/kernel-memory.ts';
import { ENCODINGS, type SampleEncoding, type SampleFormat } from './sample-format.ts';

/** Turns interleaved bytes into planar floats, full scale 1.0. */
export interface PcmDecoder {
  /** Where the caller puts the bytes of up to `maxFrames` frames. */
  readonly bytes: Uint8Array;
  /** Decodes the first `frames` frames of `bytes`; may reorder their bytes. */
  decode(channels: Planar, frames: number): void;
}

interface PcmDecoderOptions {
  readonly memory: KernelMemory;
  readonly sampleFormat: SampleFormat;
  readonly channels: number;
  readonly maxFrames: number;
}

/** Kernels work in vectors and run over the end of what they read and write by up to this many bytes. */
const SPARE_BYTES = 16;

type ReadSample = (view: DataView, at: number, littleEndian: boolean) => number;

/** One sample as the number it stands for; storing it in a Float32Array rounds to the nearest 32-bit float. */
const READERS: Readonly<Record<SampleEncoding, ReadSample>> = {
  u8: (view, at) => (view.getUint8(at) - 128) / 128,
  s16: (view, at, le) => view.getInt16(at, le) / 2 ** 15,
  s24: (view, at, le) => {
    const high = view.getInt8(le ? at + 2 : at);
    const low = view.getUint8(le ? at : at + 2);
    return (high * 65536 + view.getUint8(at + 1) * 256 + low) / 2 ** 23;
  },
  s24in32: (view, at, le) => (view.getInt32(at, le) >> 8) / 2 ** 23,
  s32: (view, at, le) => view.getInt32(at, le) / 2 ** 31,
  f32: (view, at, le) => view.getFloat32(at, le),
  f64: (view, at, le) => view.getFloat64(at, le),
};

class ReferencePcmDecoder implements PcmDecoder {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sampleFormat: SampleFormat;

  constructor({ memory, sampleFormat, channels, maxFrames }: PcmDecoderOptions) {
    this.bytes = memory.u8(maxFrames * channels * ENCODINGS[sampleFormat.encoding].bytes);
    this.#view = new DataView(this.bytes.buffer);
    this.#sampleFormat = sampleFormat;
  }

  decode(channels: Planar, frames: number): void {
    const { encoding, bigEndian } = this.#sampleFormat;
    const size = ENCODINGS[encoding].bytes;
    const read = READERS[encoding];
    let at = 0;
    for (let i = 0; i < frames; i++) {
      for (const channel of channels) {
        channel[i] = read(this.#view, at, !bigEndian);
        at += size;
      }
    }
  }
}

/** The kernel that turns contiguous samples into floats; none for 32-bit floats, which are floats already. */
function convert(
  kernels: Kernels,
  encoding: SampleEncoding,
  src: number,
  dst: number,
  samples: number,
): void {
  switch (encoding) {
    case 'u8':
      kernels.u8ToFloat(src, dst, samples);
      break;
    case 's16':
      kernels.s16ToFloat(src, dst, samples);
      break;
    case 's24':
      kernels.s24ToFloat(src, dst, samples);
      break;
    case 's24in32':
      kernels.s32ToFloat(src, dst, samples, ~0xff);
      break;
    case 's32':
      kernels.s32ToFloat(src, dst, samples, ~0);
      break;
    case 'f64':
      kernels.f64ToFloat(src, dst, samples);
      break;
  }
}

/** Three passes over a block that fits the cache: bytes in order, samples to floats, interleaved to planar. */
class KernelPcmDecoder implements PcmDecoder {
  readonly bytes: Uint8Array;
  readonly #kernels: Kernels;
  readonly #sampleFormat: SampleFormat;
  /** Interleaved floats; the bytes themselves when the samples are 32-bit floats. */
  readonly #floats: number;

  constructor(kernels: Kernels, { memory, sampleFormat, channels, maxFrames }: PcmDecoderOptions) {
    const { encoding } = sampleFormat;
    const samples = maxFrames * channels;
    this.bytes = memory
      .u8(samples * ENCODINGS[encoding].bytes + SPARE_BYTES)
      .subarray(0, samples * ENCODINGS[encoding].bytes);
    this.#kernels = kernels;
    this.#sampleFormat = sampleFormat;
    this.#floats =
      encoding === 'f32' ? this.bytes.byteOffset : memory.f32(samples + SPARE_BYTES / 4).byteOffset;
  }

  decode(channels: Planar, frames: number): void {
    const { encoding, bigEndian } = this.#sampleFormat;
    const kernels = this.#kernels;
    const samples = frames * channels.length;
    const bytes = this.bytes.byteOffset;
    if (bigEndian) kernels.swapBytes(bytes, ENCODINGS[encoding].bytes, samples);
    if (encoding === 's16' && channels.length === 2) {
      kernels.s16ToStereo(bytes, channels[0].byteOffset, channels[1].byteOffset, frames);
      return;
    }
    convert(kernels, encoding, bytes, this.#floats, samples);
    if (channels.length === 2) {
      kernels.deinterleave2(this.#floats, channels[0].byteOffset, channels[1].byteOffset, frames);
      return;
    }
    for (let c = 0; c < channels.length; c++) {
      kernels.copyStrided(this.#floats + c * 4, channels.length, channels[c].byteOffset, 1, frames);
    }
  }
}

/** A decoder on `memory`, whose backend it uses; the channels it is given must be arrays of that memory. */
export function createPcmDecoder(options: PcmDecoderOptions): PcmDecoder {
  const { kernels } = options.memory;
  return kernels ? new KernelPcmDecoder(kernels, options) : new ReferencePcmDecoder(options);
}
