import type { Planar } from '../audio/block.ts';
import type { KernelMemory, Kernels } from '../dsp/kernel-memory.ts';
import { g711Table } from './g711.ts';
import { STORED, type StoredEncoding, type StoredFormat } from './sample-format.ts';

/** Turns interleaved bytes into planar floats, full scale 1.0. */
export interface PcmDecoder {
  /** Where the caller puts the bytes of up to `maxFrames` frames, whatever their format. */
  readonly bytes: Uint8Array;
  /** Decodes the first `frames` frames of `bytes`; may reorder their bytes. */
  decode(sampleFormat: StoredFormat, channels: Planar, frames: number): void;
}

interface PcmDecoderOptions {
  readonly memory: KernelMemory;
  readonly channels: number;
  readonly maxFrames: number;
}

/** Kernels work in vectors and run over the end of what they read and write by up to this many bytes. */
const SPARE_BYTES = 16;
/** Bytes of the longest sample. */
const LONGEST = 8;

type ReadSample = (view: DataView, at: number, littleEndian: boolean) => number;

/** One sample as the number it stands for; storing it in a Float32Array rounds to the nearest 32-bit float. */
const READERS: Readonly<Record<StoredEncoding, ReadSample>> = {
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
  s8: (view, at) => view.getInt8(at) / 128,
  alaw: (view, at) => g711Table('alaw')[view.getUint8(at)],
  mulaw: (view, at) => g711Table('mulaw')[view.getUint8(at)],
};

class ReferencePcmDecoder implements PcmDecoder {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor({ memory, channels, maxFrames }: PcmDecoderOptions) {
    this.bytes = memory.u8(maxFrames * channels * LONGEST);
    this.#view = new DataView(this.bytes.buffer);
  }

  decode({ encoding, bigEndian }: StoredFormat, channels: Planar, frames: number): void {
    const size = STORED[encoding].bytes;
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

type KernelEncoding = Exclude<StoredEncoding, 'f32' | 's8' | 'alaw' | 'mulaw'>;

/** Turns contiguous samples into floats. */
function convert(
  kernels: Kernels,
  encoding: KernelEncoding,
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
  readonly #floats: Float32Array;

  constructor(kernels: Kernels, { memory, channels, maxFrames }: PcmDecoderOptions) {
    const samples = maxFrames * channels;
    this.bytes = memory.u8(samples * LONGEST + SPARE_BYTES).subarray(0, samples * LONGEST);
    this.#kernels = kernels;
    this.#floats = memory.f32(samples + SPARE_BYTES / 4);
  }

  decode({ encoding, bigEndian }: StoredFormat, channels: Planar, frames: number): void {
    const kernels = this.#kernels;
    const samples = frames * channels.length;
    const bytes = this.bytes.byteOffset;
    const size = STORED[encoding].bytes;
    if (bigEndian && size > 1) kernels.swapBytes(bytes, size, samples);
    if (encoding === 's16' && channels.length === 2) {
      kernels.s16ToStereo(bytes, channels[0].byteOffset, channels[1].byteOffset, frames);
      return;
    }
    const floats = this.#toFloats(encoding, samples);
    if (channels.length === 2) {
      kernels.deinterleave2(floats, channels[0].byteOffset, channels[1].byteOffset, frames);
      return;
    }
    for (let c = 0; c < channels.length; c++) {
      kernels.copyStrided(floats + c * 4, channels.length, channels[c].byteOffset, 1, frames);
    }
  }

  /** Where the samples stand as interleaved floats: 32-bit floats are there already. */
  #toFloats(encoding: StoredEncoding, samples: number): number {
    const bytes = this.bytes.byteOffset;
    const floats = this.#floats.byteOffset;
    if (encoding === 'f32') return bytes;
    if (encoding === 'alaw' || encoding === 'mulaw') {
      const table = g711Table(encoding);
      for (let i = 0; i < samples; i++) this.#floats[i] = table[this.bytes[i]];
    } else if (encoding === 's8') {
      for (let i = 0; i < samples; i++) this.bytes[i] ^= 0x80;
      convert(this.#kernels, 'u8', bytes, floats, samples);
    } else {
      convert(this.#kernels, encoding, bytes, floats, samples);
    }
    return floats;
  }
}

/** A decoder on `memory`, whose backend it uses; the channels it is given must be arrays of that memory. */
export function createPcmDecoder(options: PcmDecoderOptions): PcmDecoder {
  const { kernels } = options.memory;
  return kernels ? new KernelPcmDecoder(kernels, options) : new ReferencePcmDecoder(options);
}
