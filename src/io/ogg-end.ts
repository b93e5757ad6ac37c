/** Bytes of an Ogg page up to its table of segments (RFC 3533, 6). */
const HEAD_BYTES = 27;
const END_OF_STREAM = 4;

/** Follows the pages of an Ogg stream to see whether it ends as it should. */
export class OggEnd {
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes of the present page that are still to come. */
  #left = 0;
  #isLast = false;

  /** Whether the last page is there to its last byte, and says that it is the last. */
  get isWhole(): boolean {
    return this.#isLast && this.#left === 0;
  }

  push(bytes: Uint8Array): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    for (;;) {
      const passed = Math.min(this.#left, this.#held.length);
      this.#held = this.#held.subarray(passed);
      this.#left -= passed;
      if (this.#left > 0 || !this.#nextPage()) return;
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
    this.#left = HEAD_BYTES + segments + table.reduce((sum, bytes) => sum + bytes, 0);
    this.#isLast = (this.#held[5] & END_OF_STREAM) !== 0;
    return true;
  }
}
