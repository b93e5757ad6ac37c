import { ENCODINGS, type SampleEncoding, STORED, type StoredEncoding } from '../io/sample-format.ts';
import type { DitherKind, StreamEncoder } from '../io/stream-encoder.ts';

/** Bits of a 32-bit float's significand, with its hidden one: no integer longer than this is a reduction. */
const SIGNIFICAND_BITS = 24;

/** Whether samples lose bits on the way from what they were stored as, which is a float where they were computed. */
export function needsDither(from: StoredEncoding, to: SampleEncoding): boolean {
  const { isFloat, bits } = ENCODINGS[to];
  if (isFloat || bits > SIGNIFICAND_BITS) return false;
  return STORED[from].isFloat || bits < STORED[from].bits;
}

/** An output, and what decides whether it is dithered. */
export interface DitheredOutput {
  readonly encoder: StreamEncoder;
  readonly encoding: SampleEncoding;
  /** No stage changes a sample on the way from the first input. */
  readonly transparent: boolean;
}

/** Has each output dithered where samples lose bits, and nowhere else: what passes untouched keeps every bit. */
export class DitherWhereNeeded {
  readonly #outputs: readonly DitheredOutput[];
  readonly #kind: DitherKind;
  #stored: StoredEncoding | null = null;
  #used: DitherKind = 'none';

  /** The first output is `main`. */
  constructor(outputs: readonly DitheredOutput[], kind: DitherKind) {
    this.#outputs = outputs;
    this.#kind = kind;
  }

  /** How `main` has been dithered; `none` where nothing had to be. */
  get used(): DitherKind {
    return this.#used;
  }

  /** Says what the frames of the first input from `frame` on were stored as. */
  follow(stored: StoredEncoding, frame: number): void {
    if (stored === this.#stored) return;
    this.#stored = stored;
    for (const [n, { encoder, encoding, transparent }] of this.#outputs.entries()) {
      const dithers = needsDither(transparent ? stored : 'f32', encoding);
      encoder.ditherFrom(frame, dithers);
      if (n === 0 && dithers) this.#used = this.#kind;
    }
  }
}
