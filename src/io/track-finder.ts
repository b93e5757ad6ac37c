import { textOf } from './header-steps.ts';

const FORMS = ['RIFF', 'RIFX', 'RF64', 'BW64'];
const WAVE = 'WAVE';
/** Magic, a size, and the form. */
const START_BYTES = 12;

/** Whether bytes are the start of a WAV header, or the first few bytes of one. */
function canBegin(bytes: Uint8Array): boolean {
  const magic = textOf(bytes, 0, 4);
  return FORMS.some((form) => form.startsWith(magic)) && WAVE.startsWith(textOf(bytes, 8, START_BYTES));
}

/** What came before a second header, and what came from it on. */
interface Split {
  readonly before: readonly Uint8Array[];
  /** The header and all behind it, or null while none has come. */
  readonly next: Uint8Array | null;
}

/**
 * Finds a WAV header in the middle of a stream, where files have been put one behind the other. In audio the 64 bits
 * that it is known by turn up by chance once in 2^64 bytes. Holds up to 11 bytes back when they could begin one.
 */
export class TrackFinder {
  #held = new Uint8Array(0);

  push(bytes: Uint8Array): Split {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = new Uint8Array(0);
    const found = this.#find(all);
    const end = found ?? this.#firstDoubt(all);
    if (found === null && end < all.length) this.#held = new Uint8Array(all.subarray(end));
    const before = end > 0 ? [all.subarray(0, end)] : [];
    return { before, next: found === null ? null : all.subarray(found) };
  }

  /** At the end of the input: what was held back and begins nothing. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }

  #find(bytes: Uint8Array): number | null {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = text.indexOf(WAVE, 8, 'latin1'); at >= 0; at = text.indexOf(WAVE, at + 1, 'latin1')) {
      if (canBegin(bytes.subarray(at - 8, at + 4))) return at - 8;
    }
    return null;
  }

  /** Where the end of `bytes` could be the first bytes of a header; their length where it can't. */
  #firstDoubt(bytes: Uint8Array): number {
    let at = Math.max(0, bytes.length - START_BYTES + 1);
    while (at < bytes.length && !canBegin(bytes.subarray(at))) at++;
    return at;
  }
}
