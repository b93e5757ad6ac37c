/** What the STREAMINFO of a FLAC stream says (RFC 9639, 8.2). */
export interface FlacStreamInfo {
  /** Frames of a block where all have one length, 0 where they differ or it is not known. */
  readonly blockFrames: number;
  /** Frames of audio, or null for "not known". */
  readonly frames: number | null;
}

/** `fLaC`, and the head of the first block. */
const START_BYTES = 8;
const STREAMINFO_BYTES = 34;
const BLOCK_HEAD_BYTES = 4;

/** Passes over the metadata in front of the frames of a FLAC stream; of all that, it holds STREAMINFO and heads. */
export class FlacMetadata {
  #held: Uint8Array = new Uint8Array(0);
  #info: FlacStreamInfo | null = null;
  /** Bytes of the present block that are still to be passed over. */
  #left = 0;
  #isLast = false;
  #bytes = 0;

  /** Null until it has come. */
  get info(): FlacStreamInfo | null {
    return this.#info;
  }

  /** Bytes that were passed over. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes bytes; gives those behind the metadata, or null while it goes on. */
  push(bytes: Uint8Array): Uint8Array | null {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#info === null) {
      if (this.#held.length < START_BYTES + STREAMINFO_BYTES) return null;
      this.#info = readStreamInfo(this.#held.subarray(START_BYTES));
      this.#begin(START_BYTES - BLOCK_HEAD_BYTES);
    }
    for (;;) {
      const passed = Math.min(this.#left, this.#held.length);
      this.#pass(passed);
      this.#left -= passed;
      if (this.#left > 0) return null;
      if (this.#isLast) return this.#held;
      if (this.#held.length < BLOCK_HEAD_BYTES) return null;
      this.#begin(0);
    }
  }

  /** Begins the block whose head stands at `at`: a bit for the last one, 7 of its kind, 24 of its length (RFC 9639, 8.1). */
  #begin(at: number): void {
    const [kind, ...size] = this.#held.subarray(at, at + BLOCK_HEAD_BYTES);
    this.#isLast = kind >= 128;
    this.#pass(at + BLOCK_HEAD_BYTES);
    this.#left = size.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #pass(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
    this.#bytes += bytes;
  }
}

function readStreamInfo(info: Uint8Array): FlacStreamInfo {
  const view = new DataView(info.buffer, info.byteOffset);
  const [least, most] = [view.getUint16(0), view.getUint16(2)];
  const frames = (view.getUint8(13) & 15) * 2 ** 32 + view.getUint32(14);
  return { blockFrames: least === most ? most : 0, frames: frames || null };
}
