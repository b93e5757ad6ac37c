import type { Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import { TpdfDither } from '../dsp/dither/dither.ts';
import { NoiseShaper } from '../dsp/dither/noise-shaper.ts';
import { type KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { channelWeights } from '../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../dsp/loudness/loudness-meter.ts';
import { withLoudness } from './broadcast-loudness.ts';
import { withCodingHistory } from './coding-history.ts';
import type { MetadataChunk } from './metadata-chunk.ts';
import { createPcmEncoder, type PcmEncoder } from './pcm-encoder.ts';
import { ENCODINGS, type SampleFormat } from './sample-format.ts';
import { dataBytes, needsLongSizes, type WavHeaderShape, writeWavHeader } from './write-wav-header.ts';

/**
 * How integers are dithered; floats never are. `tpdf`: triangular, 2 LSB wide peak to peak. `shaped`: that, with the noise moved
 * to where the ear hears least, from 40 kHz of sample rate on; below it is `tpdf`.
 */
export const DITHER_KINDS = ['none', 'tpdf', 'shaped'] as const;
export type DitherKind = (typeof DITHER_KINDS)[number];

export interface StreamEncoderOptions {
  readonly format: AudioFormat;
  /** A WAV is always little-endian, whatever this says; only raw output can be big-endian. */
  readonly sampleFormat: SampleFormat;
  /** Frames that will come, for exact sizes in the header; null when that is not known. */
  readonly announcedFrames: number | null;
  readonly container: 'wav' | 'raw';
  /** WAVE speaker bits. */
  readonly channelMask: number;
  /** Of all frames, until `ditherFrom` says otherwise. */
  readonly dither: DitherKind;
  /** Of the dither: any integer. Two runs with one seed give the same bytes. */
  readonly seed: number;
  /**
   * Chunks to stand before the audio of a WAV; `bext` gets a line of coding history and, where the header can be written
   * again, the loudness of what goes out.
   */
  readonly metadata?: readonly MetadataChunk[];
  /** Whether the header can be written again at the end; room for 64-bit sizes is kept only then. */
  readonly seekable: boolean;
  readonly memory: KernelMemory;
  /** Most frames that `encode` is called with. */
  readonly maxFrames: number;
}

/** Bytes to be written over what stands at a place in the output. */
export interface Patch {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** What completes an output. */
export interface EncodedEnd {
  /** To be appended: the pad byte of an odd `data` chunk. */
  readonly tail: Uint8Array;
  /** To be written over what was written before; none when the header was right or the output is not seekable. */
  readonly patches: readonly Patch[];
}

/** A frame of the output from which on samples are dithered, or no more. */
interface DitherTurn {
  readonly frame: number;
  readonly dithers: boolean;
}

/** Where an encoder stands between two frames. */
export interface EncoderSnapshot {
  readonly framesWritten: number;
  readonly clippedSamples: number;
  readonly turns: readonly DitherTurn[];
  /** Of the dither, its noise shaping and the meter. */
  readonly state: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** Hz; K-weighting has its shelf at 1.7 kHz (BS.1770-5, Annex 1), which a lower rate has no room for. */
const LOWEST_METERED = 8000;

/** Planar floats in, bytes of a WAV or raw stream out: `header`, any number of `encode`, `end`. */
export class StreamEncoder {
  readonly #announcedFrames: number | null;
  readonly #shape: WavHeaderShape | null;
  readonly #seekable: boolean;
  readonly #pcm: PcmEncoder;
  readonly #state: StateMemory;
  readonly #dither: TpdfDither | null;
  /** The latest turn that has come, and those that have not. */
  #turns: DitherTurn[] = [{ frame: 0, dithers: true }];
  /** Reads the loudness, where there is a place to write it. */
  readonly #meter: LoudnessMeter | null;
  readonly #frameBytes: number;
  readonly #sampleBytes: number;
  /** First byte of a sample of silence: little-endian or not, all others are 0. */
  readonly #silence: number;
  #framesWritten = 0;
  #clippedSamples = 0;
  #dithered = false;
  #restored = false;

  constructor(options: StreamEncoderOptions) {
    const { format, container, channelMask, announcedFrames, seekable, memory, maxFrames } = options;
    const { encoding } = options.sampleFormat;
    const { bytes, isFloat } = ENCODINGS[encoding];
    const metadata = withLoudness(withCodingHistory(options.metadata ?? [], format, encoding), null);
    const wave = { format, encoding, channelMask, metadata };
    const longSizes = announcedFrames === null ? seekable : needsLongSizes(wave, announcedFrames);
    this.#shape = container === 'wav' ? { ...wave, longSizes } : null;
    this.#announcedFrames = announcedFrames;
    this.#seekable = seekable;
    const sampleFormat = { encoding, bigEndian: container === 'raw' && options.sampleFormat.bigEndian };
    const state = new StateMemory(memory);
    this.#state = state;
    const { channels, sampleRate } = format;
    const dithered = options.dither !== 'none' && !isFloat;
    const shaped = dithered && options.dither === 'shaped';
    const shaper = shaped ? NoiseShaper.forRate(state, channels, sampleRate) : null;
    this.#pcm = createPcmEncoder({ memory, sampleFormat, channels, maxFrames, shaper });
    this.#dither = dithered ? new TpdfDither(state, channels, sampleRate, options.seed) : null;
    const hasPlace = container === 'wav' && seekable && metadata.some(({ id }) => id === 'bext');
    const metered = hasPlace && sampleRate >= LOWEST_METERED;
    const meterOptions = { sampleRate, channels, maxFrames, weights: channelWeights(format.layout) };
    this.#meter = metered ? new LoudnessMeter(state, meterOptions) : null;
    this.#sampleBytes = bytes;
    this.#frameBytes = bytes * format.channels;
    this.#silence = encoding === 'u8' ? 128 : 0;
  }

  /** Bytes of a frame of the output. */
  get frameBytes(): number {
    return this.#frameBytes;
  }

  get framesWritten(): number {
    return this.#framesWritten;
  }

  /** Samples that lay outside the range of an integer format and were clipped to it. */
  get clippedSamples(): number {
    return this.#clippedSamples;
  }

  /** Whether any sample has been dithered; a restored encoder tells of its own. */
  get dithered(): boolean {
    return this.#dithered;
  }

  /** Bytes of the output so far, those of its header included. */
  get bytesWritten(): number {
    return this.header().length + this.#framesWritten * this.#frameBytes;
  }

  /** Where it stands; in the array of an earlier snapshot, which is worth nothing then, where one is given. */
  snapshot(into?: EncoderSnapshot): EncoderSnapshot {
    const { framesWritten, clippedSamples } = this;
    return {
      framesWritten,
      clippedSamples,
      turns: [...this.#turns],
      state: this.#state.snapshot(into?.state),
    };
  }

  /** Goes on where an encoder of the same make stood; its header has been written, in which way is not known. */
  restore({ framesWritten, clippedSamples, turns, state }: EncoderSnapshot): void {
    this.#state.restore(state);
    this.#turns = [...turns];
    this.#framesWritten = framesWritten;
    this.#clippedSamples = clippedSamples;
    this.#restored = true;
  }

  /** What goes before the audio; empty for raw output. */
  header(): Uint8Array {
    return this.#shape ? writeWavHeader(this.#shape, this.#announcedFrames) : NOTHING;
  }

  /** Dithers from a frame of the output on that has not been encoded, or no more, whatever was said of it before. */
  ditherFrom(frame: number, dithers: boolean): void {
    if (this.#dither === null) return;
    while (this.#turns.length > 0 && this.#turns.at(-1)!.frame >= frame) this.#turns.pop();
    if (this.#turns.at(-1)?.dithers !== dithers) this.#turns.push({ frame, dithers });
  }

  /** The bytes of `frames` frames from arrays of the encoder's memory: a view, valid until the next call. */
  encode(planar: Planar, frames: number): Uint8Array {
    this.#meter?.process(planar, frames);
    if (this.#dither) this.#encodeDithered(this.#dither, planar, frames);
    else this.#clippedSamples += this.#pcm.encode(planar, 0, frames, null);
    this.#framesWritten += frames;
    return this.#pcm.bytes.subarray(0, frames * this.#frameBytes);
  }

  /** To be called once, after the last frame. */
  end(): EncodedEnd {
    if (!this.#shape) return { tail: NOTHING, patches: [] };
    const frames = this.#framesWritten;
    // Behind a size of 0xFFFFFFFF, or short of the announced one, a pad byte would be taken for audio.
    const sized = this.#seekable || frames === this.#announcedFrames;
    const padded = sized && dataBytes(this.#shape, frames) % 2 === 1;
    const rewrite =
      this.#meter !== null || (this.#seekable && (this.#restored || frames !== this.#announcedFrames));
    return {
      tail: new Uint8Array(padded ? 1 : 0),
      patches: rewrite ? [{ position: 0, bytes: writeWavHeader(this.#measured(this.#shape), frames) }] : [],
    };
  }

  /** What an output of which only the first `bytes` have been written must be cut to, and how its header is put right. */
  endAt(bytes: number): { readonly length: number; readonly patches: readonly Patch[] } {
    const headBytes = this.header().length;
    if (bytes < headBytes) return { length: 0, patches: [] };
    const frames = Math.floor((bytes - headBytes) / this.#frameBytes);
    const patches = this.#shape ? [{ position: 0, bytes: writeWavHeader(this.#shape, frames) }] : [];
    return { length: headBytes + frames * this.#frameBytes, patches };
  }

  /** The header with the loudness of all that was encoded, which takes no other room. */
  #measured(shape: WavHeaderShape): WavHeaderShape {
    if (this.#meter === null) return shape;
    this.#meter.finish();
    return { ...shape, metadata: withLoudness(shape.metadata ?? [], this.#meter) };
  }

  #encodeDithered(dither: TpdfDither, planar: Planar, frames: number): void {
    for (let at = 0; at < frames; ) {
      const left = this.#framesToTurn(this.#framesWritten + at);
      const { dithers } = this.#turns[0];
      const span = dither.span(Math.min(frames - at, left));
      this.#clippedSamples += this.#pcm.encode(planar, at, span, dithers ? dither : null);
      dither.advance(planar, at, span, this.#blank);
      this.#dithered ||= dithers;
      at += span;
    }
  }

  /** For how many frames from this one on the first of the turns holds; those before it are gone then. */
  #framesToTurn(frame: number): number {
    const turns = this.#turns;
    while (turns.length > 1 && turns[1].frame <= frame) turns.shift();
    return (turns.length > 1 ? turns[1].frame : Number.POSITIVE_INFINITY) - frame;
  }

  readonly #blank = (channel: number, from: number, to: number): void => {
    const { bytes } = this.#pcm;
    for (let i = from; i < to; i++) {
      const at = i * this.#frameBytes + channel * this.#sampleBytes;
      bytes[at] = this.#silence;
      bytes.fill(0, at + 1, at + this.#sampleBytes);
    }
  };
}
