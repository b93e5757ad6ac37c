import { type AuralisError, inputError } from '../audio/errors.ts';
import { aiff } from './aiff-header.ts';
import { au } from './au-header.ts';
import { describeStart } from './file-signature.ts';
import {
  type Container,
  type ContainerHeader,
  HeaderCursor,
  type HeaderStep,
  type HeaderSteps,
} from './header-steps.ts';
import { w64 } from './w64-header.ts';
import { wav } from './wav-header.ts';

/** Every container that is read; a new one is one file and one line here. */
const CONTAINERS: readonly Container[] = [wav, aiff, au, w64];
const NAMES = ['WAV (RIFF, RIFX, RF64, BW64)', 'AIFF', 'AU', 'Wave64'];
/** What is said to be expected: all containers, and `others` that are read besides. */
const expected = (others: readonly string[] = []): string => {
  const names = [...NAMES, ...others];
  return `expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
};
/** Bytes by which every container is known. */
const START_BYTES = 12;

/** The container that a file begins as, by its first 12 bytes or the few that there are. */
export const containerOf = (start: Uint8Array): Container | undefined =>
  CONTAINERS.find(({ begins }) => begins(start));

/** The error for a file that is no container of ours; `others` are named as expected besides. */
export const unknownStart = (start: Uint8Array, others?: readonly string[]): AuralisError =>
  inputError(`not an audio file we read: starts with ${describeStart(start)}, ${expected(others)}`);

/** Reads from the first byte of a file to the first one of audio. */
export function* readHeader(cursor: HeaderCursor): HeaderSteps<ContainerHeader> {
  const start = (yield* cursor.take(START_BYTES, 'inside its first 12 bytes')).slice();
  const container = containerOf(start);
  if (!container) throw unknownStart(start);
  return yield* container.read(start, cursor);
}

/**
 * Reads the header of any container from pieces of any size. What a container's reader passes over is never kept, and
 * what it looks at is kept as it arrives: no size in a header allocates anything.
 *
 * Why not the npm package `wav` 1.0: it rejects any chunk before `fmt `, RF64 and zero-length chunks, buffers an
 * unknown chunk whole, and its streams stand on readable-stream 1.x, without `destroy`. It is a peer in our tests.
 */
export class HeaderReader {
  readonly #cursor = new HeaderCursor();
  readonly #steps = readHeader(this.#cursor);
  #step: HeaderStep | null = null;
  #held = new Uint8Array(64);
  /** Bytes of the present step that have come. */
  #filled = 0;
  /** What the file begins with, for messages. */
  #start = new Uint8Array(0);
  #header: ContainerHeader | null = null;

  constructor() {
    this.#resume(this.#steps.next());
  }

  /** The header, or null while more bytes are needed. */
  get header(): ContainerHeader | null {
    return this.#header;
  }

  /** Takes bytes up to the first one of audio and says how many it took. */
  push(bytes: Uint8Array): number {
    let at = 0;
    while (this.#step !== null) {
      const { bytes: wanted, kept } = this.#step;
      const taken = Math.min(wanted - this.#filled, bytes.length - at);
      if (kept) this.#keep(bytes.subarray(at, at + taken));
      this.#filled += taken;
      at += taken;
      if (this.#filled < wanted) break;
      this.#filled = 0;
      this.#resume(this.#steps.next(this.#held.subarray(0, kept ? wanted : 0)));
    }
    return at;
  }

  /** Says why there is no header at the end of the input. */
  end(): never {
    const position = this.#cursor.position + this.#filled;
    if (position === 0) throw inputError(`empty input: ${expected()}`);
    const container = containerOf(this.#start);
    if (!container) throw unknownStart(this.#start);
    throw inputError(
      `${container.name} header cut off: the input ends after ${position} bytes, ${this.#step?.place}`,
    );
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#filled + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#filled));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#filled);
    if (this.#cursor.position === 0) this.#start = this.#held.slice(0, length);
  }

  #resume(result: IteratorResult<HeaderStep, ContainerHeader>): void {
    this.#step = result.done ? null : result.value;
    if (result.done) this.#header = result.value;
  }
}
