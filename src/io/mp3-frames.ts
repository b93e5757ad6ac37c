import { id3Bytes } from './codec-signature.ts';

const HEAD_BYTES = 4;
/** Bytes by which a tag between frames is known: those of the head of an APE tag. */
const LOOK_BYTES = 32;
/** An ID3v1 tag. */
const ID3V1_BYTES = 128;

/** kbit/s of Layer III by the 4 bits of the index, 0 for none that is known (ISO 11172-3, 2.4.2.3; ISO 13818-3, 2.4.2.3). */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
/** Hz of MPEG 1; MPEG 2 has half of it and MPEG 2.5 a quarter. */
const SAMPLE_RATES = [44100, 48000, 32000, 0];
/** By the 2 bits of the version; 1 is none. */
const RATE_DIVISORS = [4, 0, 2, 1];

interface Head {
  /** Of the whole frame. */
  readonly bytes: number;
  /** Frames of audio. */
  readonly frames: number;
  readonly sampleRate: number;
}

/** The head of a Layer III frame with a known length, or null. */
function readHead([first, second, third]: Uint8Array): Head | null {
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return null;
  const version = (second >> 3) & 3;
  const isFirst = version === 3;
  const rate = (isFirst ? RATES_1 : RATES_2)[third >> 4];
  const divisor = RATE_DIVISORS[version];
  const sampleRate = divisor && SAMPLE_RATES[(third >> 2) & 3] / divisor;
  if (rate === 0 || sampleRate === 0) return null;
  const frames = isFirst ? 1152 : 576;
  // A slot of Layer III is a byte, and the padding is one slot (ISO 11172-3, 2.4.3.1).
  return {
    bytes: Math.floor((frames / 8) * ((rate * 1000) / sampleRate)) + ((third >> 1) & 1),
    frames,
    sampleRate,
  };
}

/** Bytes of a tag that stands between frames or behind them; 0 where there is none. */
function tagBytes(bytes: Uint8Array): number {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOK_BYTES));
  if (start.toString('latin1', 0, 3) === 'TAG') return ID3V1_BYTES;
  if (start.toString('latin1', 0, 8) === 'APETAGEX') return LOOK_BYTES + start.readUInt32LE(12);
  return id3Bytes(start);
}

/**
 * Goes from frame to frame of an MP3 by the lengths in their heads, to see whether one follows the other. Damage inside of a frame
 * is not seen: hardly any MP3 has checksums.
 */
export class Mp3Frames {
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes of the present frame or tag that are still to come. */
  #left = 0;
  #inFrame = false;
  /** Bytes behind the last frame that are neither frame nor tag. */
  #passed = 0;
  #frames = 0;
  #places = 0;
  #lostBytes = 0;
  #firstPlace = 0;

  /** Frames of audio in the frames that have begun. */
  get frames(): number {
    return this.#frames;
  }

  /** How often something stood between two frames that is none. */
  get places(): number {
    return this.#places;
  }

  /** Frames of audio in front of the first such place. */
  get firstPlace(): number {
    return this.#firstPlace;
  }

  /** Bytes in all those places. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** Whether the bytes so far end within a frame. */
  get isCut(): boolean {
    const rest = this.#held.length >= HEAD_BYTES && this.#passed === 0 ? readHead(this.#held) : null;
    return this.#inFrame ? this.#left > 0 : rest !== null && rest.bytes > this.#held.length;
  }

  push(bytes: Uint8Array): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    for (;;) {
      const passed = Math.min(this.#left, this.#held.length);
      this.#held = this.#held.subarray(passed);
      this.#left -= passed;
      if (this.#left > 0) return;
      this.#inFrame = false;
      if (!this.#next()) return;
    }
  }

  /** Goes on to the next frame or tag, or by a byte; false where more bytes are needed. */
  #next(): boolean {
    if (this.#held.length < LOOK_BYTES) return false;
    const head = readHead(this.#held);
    // Behind damage, or at the very beginning, chance may have made a head: then another one has to follow it.
    const isSure = this.#frames > 0 && this.#passed === 0;
    if (head !== null && !isSure && this.#held.length < head.bytes + HEAD_BYTES) return false;
    if (
      head !== null &&
      (isSure || readHead(this.#held.subarray(head.bytes))?.sampleRate === head.sampleRate)
    ) {
      this.#begin(head);
      return true;
    }
    this.#left = this.#passed === 0 ? tagBytes(this.#held) : 0;
    if (this.#left === 0) this.#pass();
    return true;
  }

  #begin({ bytes, frames }: Head): void {
    if (this.#passed > 0 && this.#frames > 0) {
      if (this.#places++ === 0) this.#firstPlace = this.#frames;
      this.#lostBytes += this.#passed;
    }
    this.#passed = 0;
    this.#left = bytes;
    this.#inFrame = true;
    this.#frames += frames;
  }

  /** Passes over what is nothing, to where a frame could begin. */
  #pass(): void {
    const next = this.#held.indexOf(0xff, 1);
    const bytes = next < 0 ? this.#held.length : next;
    this.#passed += bytes;
    this.#held = this.#held.subarray(bytes);
  }
}
