import { crc16 } from './crc.ts';
import { FLAC_HEAD_BYTES, type FlacFrameHead, isFlacSync, readFlacFrameHead } from './flac-frame-head.ts';

/** One frame of a FLAC stream. */
export interface FlacFrame {
  readonly bytes: Uint8Array;
  /** Bytes of the stream before it. */
  readonly offset: number;
  /** Frames of audio before it, by its own number. */
  readonly position: number;
  /** Frames of audio in it. */
  readonly frames: number;
  /** False where its end is a guess: behind it comes what is no frame, of which some may be in `bytes`. */
  readonly ends: boolean;
}

/** Where a frame may begin, before its end is known. */
interface Open {
  readonly head: FlacFrameHead;
  readonly position: number;
  readonly mostBytes: number;
}

/**
 * Parts the bytes behind the metadata of a FLAC stream into frames. A frame ends where its CRC-16 comes out at 0 and another
 * one begins; one that the next begins in without that is damaged, and left out. Each byte is looked at once, and no
 * more is held than a frame can have.
 */
export class FlacFrames {
  readonly #blockFrames: number;
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes of the stream before what is held. */
  #offset: number;
  /** Begin of the open frame, or of what has not been looked at, in what is held. */
  #begin = 0;
  #at = 0;
  #open: Open | null = null;
  #crc = 0;
  /** Where the check last came out at 0; 0 for nowhere. */
  #zeroAt = 0;
  /** The head of a frame that was whole: all others have its codes. */
  #known: FlacFrameHead | null = null;

  /** `blockFrames` is the length of a block where all have one, or 0; `offset` the number of bytes before. */
  constructor(blockFrames: number, offset: number) {
    this.#blockFrames = blockFrames;
    this.#offset = offset;
  }

  /** Frames that are complete with these bytes. They are valid until the next call. */
  *push(bytes: Uint8Array): Generator<FlacFrame, void, void> {
    const rest = this.#held.subarray(this.#begin);
    this.#offset += this.#begin;
    this.#at -= this.#begin;
    this.#zeroAt -= this.#begin;
    this.#begin = 0;
    this.#held = new Uint8Array(rest.length + bytes.length);
    this.#held.set(rest);
    this.#held.set(bytes, rest.length);
    yield* this.#scan(this.#held.length - FLAC_HEAD_BYTES);
  }

  /** At the end of the stream: what is left. */
  *end(): Generator<FlacFrame, void, void> {
    yield* this.#scan(this.#held.length);
    yield* this.#close();
  }

  *#scan(until: number): Generator<FlacFrame, void, void> {
    while (this.#at < until) {
      if (isFlacSync(this.#held[this.#at], this.#held[this.#at + 1])) {
        const head = readFlacFrameHead(this.#held.subarray(this.#at, this.#at + FLAC_HEAD_BYTES));
        if (head !== null && this.#begins(head)) {
          yield* this.#close();
          this.#start(head);
        }
      }
      if (this.#open === null) {
        this.#begin = ++this.#at;
        continue;
      }
      this.#check(Math.min(until, this.#begin + this.#open.mostBytes + 1));
      if (this.#at - this.#begin > this.#open.mostBytes) yield* this.#close();
    }
  }

  /** Goes on with the check to where another frame could begin, at least by a byte. */
  #check(until: number): void {
    const held = this.#held;
    let [at, crc] = [this.#at, this.#crc];
    do {
      crc = crc16(crc, held[at++]);
      if (crc === 0) this.#zeroAt = at;
    } while (at < until && held[at] !== 0xff);
    this.#at = at;
    this.#crc = crc;
  }

  /** Whether a head is that of a frame, and no chance within another one, once in 2^38 bytes. */
  #begins(head: FlacFrameHead): boolean {
    const like = this.#known ?? this.#open?.head;
    if (like && !sameStream(like, head)) return false;
    // Number 0 is another stream behind this one.
    return this.#open === null || head.number === 0 || this.#positionOf(head) > this.#open.position;
  }

  #start(head: FlacFrameHead): void {
    // A sample has at most 33 bits, and a frame that is larger than its samples is made by no encoder.
    const mostBytes = 2 * FLAC_HEAD_BYTES + 5 * head.frames * head.channels;
    this.#open = { head, position: this.#positionOf(head), mostBytes };
    this.#begin = this.#at;
    this.#crc = 0;
    this.#zeroAt = 0;
  }

  #positionOf({ number, isVariable, frames }: FlacFrameHead): number {
    if (isVariable) return number;
    return number * (this.#blockFrames || this.#known?.frames || this.#open?.head.frames || frames);
  }

  *#close(): Generator<FlacFrame, void, void> {
    const open = this.#open;
    this.#open = null;
    const begin = this.#begin;
    const end = this.#zeroAt;
    this.#begin = this.#at;
    if (open === null || end <= begin) return;
    const { head, position } = open;
    const ends = end === this.#at;
    if (ends) this.#known ??= head;
    const bytes = this.#held.subarray(begin, end);
    yield { bytes, offset: this.#offset + begin, position, frames: head.frames, ends };
  }
}

/** Whether two frames can be of one stream. */
function sameStream(a: FlacFrameHead, b: FlacFrameHead): boolean {
  return a.isVariable === b.isVariable && a.rate === b.rate && a.channels === b.channels && a.bits === b.bits;
}
