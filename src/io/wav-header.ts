import { inputError } from '../audio/errors.ts';
import { describeStart, isPrintable } from './file-signature.ts';
import { FMT_MAX_BYTES, readFmtChunk, type WaveFormat } from './fmt-chunk.ts';
import { ENCODINGS } from './sample-format.ts';

/** Where the header says that the audio ends. */
export interface DataSize {
  /** Bytes of audio; Infinity when the header says nothing. */
  readonly bytes: number;
  /** False for a placeholder: the audio may end earlier, or go on. */
  readonly exact: boolean;
  /** Bytes behind the audio that the RIFF size promises; 0 when it promises none. */
  readonly bytesBehind: number;
}

/** All that stands before the audio. */
export interface WavHeader extends WaveFormat {
  readonly bigEndian: boolean;
  readonly data: DataSize;
}

/** What is being collected. */
type Step = 'riff' | 'chunk' | 'fmt ' | 'ds64' | 'pad';

/**
 * Sizes from here up stand for "not known": SoX writes this one, cut to whole frames, arecord 2^31 - 1 and 2^31,
 * ffmpeg 2^32 - 1.
 */
const SMALLEST_PLACEHOLDER = 0x7ffff000;
const NO_SIZE = 0xffffffff;
/** RIFF size, data size and sample count, 64 bits each, then the table's length (EBU Tech 3306, 3.4). */
const DS64_BYTES = 28;
const CONTAINERS = ['RIFF', 'RIFX', 'RF64', 'BW64'];
const EXPECTED = 'expected a WAV file (RIFF, RIFX, RF64 or BW64)';

/**
 * Reads a WAV header from pieces of any size: RIFF, RIFX, RF64 and BW64, chunks in any order, skipped as they pass
 * and never kept, odd ones with or without their pad byte. No size in the header allocates anything.
 *
 * Why not the npm package `wav` 1.0: it rejects any chunk before `fmt `, RF64 and zero-length chunks, buffers an
 * unknown chunk whole, and its streams stand on readable-stream 1.x, without `destroy`. It is a peer in our tests.
 */
export class WavHeaderParser {
  readonly #held = new Uint8Array(FMT_MAX_BYTES);
  readonly #view = new DataView(this.#held.buffer);
  #step: Step = 'riff';
  #filled = 0;
  #wanted = 12;
  /** Bytes to be passed over before more are collected. */
  #skip = 0;
  /** Bytes of the present chunk's body that are not to be collected. */
  #bodyLeft = 0;
  #padded = false;
  #position = 0;
  #chunkId = '';
  #container = '';
  #riffEnd = 0;
  #wave: WaveFormat | null = null;
  #longDataBytes: number | null = null;
  #header: WavHeader | null = null;

  /** The header, or null while more bytes are needed. */
  get header(): WavHeader | null {
    return this.#header;
  }

  get #bigEndian(): boolean {
    return this.#container === 'RIFX';
  }

  /** Takes bytes up to the first one of audio and says how many it took. */
  push(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && this.#header === null) {
      const left = bytes.length - at;
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, left);
        this.#skip -= passed;
        this.#position += passed;
        at += passed;
        continue;
      }
      const taken = Math.min(this.#wanted - this.#filled, left);
      this.#held.set(bytes.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      this.#position += taken;
      at += taken;
      if (this.#filled === this.#wanted) this.#advance();
    }
    return at;
  }

  /** Says why there is no header at the end of the input. */
  end(): never {
    const start = this.#held.subarray(0, this.#filled);
    if (this.#position === 0) throw inputError(`empty input: ${EXPECTED}`);
    if (
      this.#step === 'riff' &&
      !CONTAINERS.some((id) => id.startsWith(this.#text(0, this.#filled).slice(0, 4)))
    ) {
      throw inputError(`not a WAV file: starts with ${describeStart(start)}, ${EXPECTED}`);
    }
    const place = this.#skip > 0 || this.#step === 'fmt ' || this.#step === 'ds64';
    const where = place ? `inside its "${this.#chunkId}" chunk` : 'before its "data" chunk';
    throw inputError(`WAV header cut off: the input ends after ${this.#position} bytes, ${where}`);
  }

  #advance(): void {
    switch (this.#step) {
      case 'riff':
        this.#openFile();
        break;
      case 'chunk':
        this.#openChunk();
        break;
      case 'fmt ':
        this.#wave = readFmtChunk(this.#held.subarray(0, this.#filled), this.#bigEndian);
        this.#closeChunk();
        break;
      case 'ds64':
        if (this.#filled >= 16) this.#longDataBytes = this.#u32(8) + this.#u32(12) * 2 ** 32;
        this.#closeChunk();
        break;
      case 'pad': {
        // Many writers leave the pad byte out: a byte that can begin an id does so.
        const begun = isPrintable(this.#held[0]);
        this.#collect('chunk', 8);
        if (begun) this.#filled = 1;
      }
    }
  }

  #openFile(): void {
    this.#container = this.#text(0, 4);
    if (!CONTAINERS.includes(this.#container) || this.#text(8, 12) !== 'WAVE') {
      throw inputError(
        `not a WAV file: starts with ${describeStart(this.#held.subarray(0, 12))}, ${EXPECTED}`,
      );
    }
    this.#riffEnd = this.#u32(4) + 8;
    this.#collect('chunk', 8);
  }

  #openChunk(): void {
    if (!this.#held.subarray(0, 4).every(isPrintable)) {
      const at = this.#position - 8;
      const found = describeStart(this.#held.subarray(0, 4));
      throw inputError(`WAV header damaged: found ${found} at byte ${at}, expected a chunk id`);
    }
    this.#chunkId = this.#text(0, 4);
    const size = this.#u32(4);
    if (this.#chunkId === 'data') {
      this.#openData(size);
      return;
    }
    this.#bodyLeft = size;
    this.#padded = size % 2 === 1;
    if (this.#chunkId === 'fmt ') this.#collectBody('fmt ', FMT_MAX_BYTES);
    else if (this.#chunkId === 'ds64') this.#collectBody('ds64', DS64_BYTES);
    else this.#closeChunk();
  }

  #openData(size: number): void {
    const wave = this.#wave;
    if (!wave)
      throw inputError('WAV has its "data" chunk before its "fmt " chunk, so its samples are unknown');
    const frameBytes = wave.format.channels * ENCODINGS[wave.encoding].bytes;
    this.#header = { ...wave, bigEndian: this.#bigEndian, data: this.#dataSize(size, frameBytes) };
  }

  #dataSize(size: number, frameBytes: number): DataSize {
    if (this.#longDataBytes !== null && (size === NO_SIZE || size === 0)) {
      const known = Number.isSafeInteger(this.#longDataBytes);
      const bytes = known ? this.#longDataBytes : Number.POSITIVE_INFINITY;
      return { bytes, exact: known && bytes > 0, bytesBehind: 0 };
    }
    if (size === NO_SIZE) return { bytes: Number.POSITIVE_INFINITY, exact: false, bytesBehind: 0 };
    const exact = size > 0 && size + frameBytes <= SMALLEST_PLACEHOLDER;
    return { bytes: size, exact, bytesBehind: Math.max(0, this.#riffEnd - this.#position - size) };
  }

  #collectBody(step: Step, kept: number): void {
    const wanted = Math.min(this.#bodyLeft, kept);
    this.#bodyLeft -= wanted;
    this.#collect(step, wanted);
  }

  /** On to the next chunk, past what is left of this one. */
  #closeChunk(): void {
    this.#skip = this.#bodyLeft;
    if (this.#padded) this.#collect('pad', 1);
    else this.#collect('chunk', 8);
  }

  #collect(step: Step, wanted: number): void {
    this.#step = step;
    this.#filled = 0;
    this.#wanted = wanted;
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, !this.#bigEndian);
  }

  #text(from: number, to: number): string {
    return String.fromCharCode(...this.#held.subarray(from, to));
  }
}
