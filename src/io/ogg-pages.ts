import { crc32 } from './crc.ts';

/** Bytes of an Ogg page up to its table of segments, and the four of them that are its check (RFC 3533, 6). */
const HEAD_BYTES = 27;
const CHECK_AT = 22;
const BEGIN_OF_STREAM = 2;
const END_OF_STREAM = 4;

/** What the head of a page says. */
interface PageHead {
  readonly flags: number;
  /** Frames of audio up to its end; -1 where no packet ends in it. */
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  readonly check: number;
}

function readHead(bytes: Uint8Array): PageHead {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  return {
    flags: head[5],
    granule: Number(head.readBigInt64LE(6)),
    serial: head.readUInt32LE(14),
    sequence: head.readUInt32LE(18),
    check: head.readUInt32LE(CHECK_AT),
  };
}

/** Follows the pages of an Ogg stream: whether all of them come, as they were written, and it ends as it should. */
export class OggPages {
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes of the present page that are still to come. */
  #left = 0;
  #crc = 0;
  #page: PageHead | null = null;
  #isLast = false;
  /** The last page that was as it was written. */
  #good: PageHead | null = null;
  /** Pages since then that were not. */
  #bad = 0;
  #places = 0;
  #lostPages = 0;
  #streams = 0;
  #begins = 0;
  #frames = 0;

  /** Whether the last page is there to its last byte, and says that it is the last. */
  get isWhole(): boolean {
    return this.#isLast && this.#left === 0;
  }

  /** How often pages are missing or not as they were written. */
  get places(): number {
    return this.#places + (this.#bad > 0 ? 1 : 0);
  }

  /** Pages that are. */
  get lostPages(): number {
    return this.#lostPages + this.#bad;
  }

  /** Frames of audio up to the last page; null where that can't be known. */
  get frames(): number | null {
    return this.#streams === 1 && this.#begins === 0 ? this.#frames : null;
  }

  push(bytes: Uint8Array): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    for (;;) {
      const passed = Math.min(this.#left, this.#held.length);
      this.#crc = crc32(this.#crc, this.#held.subarray(0, passed));
      this.#held = this.#held.subarray(passed);
      this.#left -= passed;
      if (this.#left > 0) return;
      if (this.#page !== null) this.#end(this.#page);
      this.#page = null;
      if (!this.#nextPage()) return;
    }
  }

  /** Goes on to the next page behind what is held; false where more bytes are needed. */
  #nextPage(): boolean {
    const held = Buffer.from(this.#held.buffer, this.#held.byteOffset, this.#held.length);
    const found = held.indexOf('OggS', 0, 'latin1');
    // What is no page is passed over, but for the first letters of one.
    this.#held = this.#held.subarray(found < 0 ? Math.max(0, held.length - 3) : found);
    if (found < 0 || this.#held.length < HEAD_BYTES) return false;
    const segments = this.#held[26];
    if (this.#held.length < HEAD_BYTES + segments) return false;
    const table = this.#held.subarray(HEAD_BYTES, HEAD_BYTES + segments);
    this.#page = readHead(this.#held);
    this.#isLast = (this.#page.flags & END_OF_STREAM) !== 0;
    // The check is made with zeros in its own place.
    const head = Uint8Array.from(this.#held.subarray(0, HEAD_BYTES)).fill(0, CHECK_AT, CHECK_AT + 4);
    this.#crc = crc32(0, head);
    this.#held = this.#held.subarray(HEAD_BYTES);
    this.#left = segments + table.reduce((sum, bytes) => sum + bytes, 0);
    return true;
  }

  /** Takes a page whose last byte has come. */
  #end(page: PageHead): void {
    if (this.#crc !== page.check) {
      this.#bad += 1;
      return;
    }
    const before = this.#good;
    if ((page.flags & BEGIN_OF_STREAM) !== 0) this.#streams += 1;
    else if (before !== null && before.serial !== page.serial) return;
    else if (before !== null) this.#follow(before, page);
    this.#bad = 0;
    this.#good = page;
    this.#frames = Math.max(this.#frames, page.granule);
  }

  #follow(before: PageHead, page: PageHead): void {
    const missing = page.sequence - before.sequence - 1;
    if (missing <= 0) return;
    // Who begins to listen to a station gets the headers, and what is sent by then: nothing is lost.
    if (this.#frames === 0 && this.#bad === 0) {
      this.#begins = page.granule;
      return;
    }
    this.#places += 1;
    this.#lostPages += missing;
  }
}
