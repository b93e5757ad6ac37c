import { isPrintable } from './file-signature.ts';
import type { DataSize } from './header-steps.ts';
import type { TrackFinder } from './track-finder.ts';

/** Longest run of chunks that is held back to see whether it ends with the file. */
const HOLD_BYTES = 65536;

/** What follows the announced end: more audio, chunks, or not known yet. */
type Verdict = 'audio' | 'chunks' | 'undecided';

/** Where a run of chunks from `from` on ends (its last pad byte included), or null when it is no run of chunks. */
function endOfChunks(
  bytes: Uint8Array,
  from: number,
  bigEndian: boolean,
): { readonly end: number; readonly pad: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let end = from, pad = 0; ; ) {
    if (!bytes.subarray(end, end + 4).every(isPrintable)) return null;
    if (end + 8 > bytes.length) return { end, pad };
    const size = view.getUint32(end + 4, !bigEndian);
    pad = size % 2;
    end += 8 + size + pad;
  }
}

/**
 * Tells the bytes of audio from what follows them. An exact size ends the audio. A size of 0, or one too large to be
 * true, ends it only when nothing or whole chunks up to the end of the file follow: where the RIFF size does not say so,
 * up to 64 KiB of what could be chunks are held back until it shows. Otherwise the audio goes on to the end, or to
 * the WAV header of a file that was put behind this one.
 */
export class DataExtent {
  readonly #size: DataSize;
  readonly #bigEndian: boolean;
  /** Null for raw samples, in which a header would be audio. */
  readonly #finder: TrackFinder | null;
  #state: 'audio' | 'probing' | 'endless' | 'behind' = 'audio';
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #audioBytes = 0;

  constructor(size: DataSize, bigEndian: boolean, finder: TrackFinder | null = null) {
    this.#size = size;
    this.#bigEndian = bigEndian;
    this.#finder = finder;
    this.#close();
  }

  /** Bytes of audio so far. */
  get audioBytes(): number {
    return this.#audioBytes;
  }

  /** Whether it is known that there is audio, or that there is none. */
  get settled(): boolean {
    return this.#state !== 'probing' || this.#audioBytes > 0;
  }

  /**
   * Appends the parts of `bytes` that are audio to `audio`, and audio that had been held back before them. Gives what
   * begins with the header of another file, where one comes; the extent has then ended.
   */
  push(bytes: Uint8Array, audio: Uint8Array[]): Uint8Array | null {
    // An exact size is believed: what stands within it is audio.
    const within = this.#size.exact ? Math.min(bytes.length, this.#size.bytes - this.#audioBytes) : 0;
    this.#take(bytes.subarray(0, within), audio);
    if (within === bytes.length) return null;
    if (this.#finder === null) {
      this.#take(bytes.subarray(within), audio);
      return null;
    }
    const { before, next } = this.#finder.push(bytes.subarray(within));
    for (const part of before) this.#take(part, audio);
    if (next !== null) this.end(audio);
    return next;
  }

  /** At the end of the input: decides about what is still held back. */
  end(audio: Uint8Array[]): void {
    if (this.#finder) this.#take(this.#finder.end(), audio);
    if (this.#state !== 'probing') return;
    const run = this.#run();
    // A last pad byte that was left out still makes a whole chunk.
    const whole = run !== null && this.#heldBytes <= run.end && this.#heldBytes >= run.end - run.pad;
    this.#release(whole ? 'chunks' : 'audio', audio);
  }

  #take(bytes: Uint8Array, audio: Uint8Array[]): void {
    let at = 0;
    if (this.#state === 'audio') {
      at = Math.min(bytes.length, this.#size.bytes - this.#audioBytes);
      this.#emit(bytes.subarray(0, at), audio);
      this.#close();
    }
    if (this.#state === 'probing' && at < bytes.length) at += this.#hold(bytes.subarray(at), audio);
    if (this.#state === 'endless') this.#emit(bytes.subarray(at), audio);
  }

  #close(): void {
    if (this.#state === 'audio' && this.#audioBytes === this.#size.bytes) {
      this.#state = this.#size.exact ? 'behind' : 'probing';
    }
  }

  #emit(bytes: Uint8Array, audio: Uint8Array[]): void {
    if (bytes.length === 0) return;
    audio.push(bytes);
    this.#audioBytes += bytes.length;
  }

  /** Takes bytes until it is clear what they are, and says how many. */
  #hold(bytes: Uint8Array, audio: Uint8Array[]): number {
    if (this.#held.length === 0) this.#held = new Uint8Array(HOLD_BYTES);
    const taken = Math.min(bytes.length, HOLD_BYTES - this.#heldBytes);
    this.#held.set(bytes.subarray(0, taken), this.#heldBytes);
    this.#heldBytes += taken;
    this.#release(this.#verdict(), audio);
    return taken;
  }

  #run() {
    const held = this.#held.subarray(0, this.#heldBytes);
    const pad = this.#size.bytes % 2 === 1 && held[0] === 0 ? 1 : 0;
    return endOfChunks(held, pad, this.#bigEndian);
  }

  #verdict(): Verdict {
    const run = this.#run();
    if (run === null) return 'audio';
    const promised = this.#size.bytesBehind;
    if (promised >= 8 && (promised === run.end || promised === run.end - run.pad)) return 'chunks';
    return run.end <= HOLD_BYTES - 8 ? 'undecided' : 'audio';
  }

  #release(verdict: Verdict, audio: Uint8Array[]): void {
    if (verdict === 'undecided') return;
    this.#state = verdict === 'audio' ? 'endless' : 'behind';
    if (verdict === 'audio') this.#emit(this.#held.subarray(0, this.#heldBytes), audio);
    this.#held = new Uint8Array(0);
  }
}
