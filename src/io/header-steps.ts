import type { WaveFormat } from './fmt-chunk.ts';
import type { MetadataChunk } from './metadata-chunk.ts';
import type { MetadataIntake } from './metadata-intake.ts';

/** Where the header says that the audio ends. */
export interface DataSize {
  /** Bytes of audio; Infinity when the header says nothing. */
  readonly bytes: number;
  /** False for a placeholder: the audio may end earlier, or go on. */
  readonly exact: boolean;
  /** Bytes from the first of audio to the end of its chunk, a pad byte aside; what is not exact has no end. */
  readonly chunkBytes: number;
  /** Bytes behind the audio that the file's size promises; 0 when it promises none. */
  readonly bytesBehind: number;
}

/** Of audio that goes on to the end of the file. */
export const UNKNOWN_SIZE: DataSize = {
  bytes: Number.POSITIVE_INFINITY,
  exact: false,
  chunkBytes: Number.POSITIVE_INFINITY,
  bytesBehind: 0,
};

/** All that stands before the audio, whatever the container. */
export interface ContainerHeader extends WaveFormat {
  readonly container: 'wav' | 'w64' | 'aiff' | 'au';
  readonly bigEndian: boolean;
  readonly data: DataSize;
  readonly metadata: readonly MetadataChunk[];
  /** One line each, about what is not carried. */
  readonly warnings: readonly string[];
}

/** What the reader of a container asks for: bytes to look at, or to be passed over. */
export interface HeaderStep {
  readonly bytes: number;
  readonly kept: boolean;
  /** Where in the file this is, for a message when the input ends there. */
  readonly place: string;
}

/** A part of a container's reader: asks for bytes by steps, is handed them, and gives a result. */
export type HeaderSteps<T> = Generator<HeaderStep, T, Uint8Array>;

/** Where a header's reader stands. Bytes that it is handed are valid until it asks for more. */
export class HeaderCursor {
  #position = 0;

  /** Bytes from the start of the file. */
  get position(): number {
    return this.#position;
  }

  *take(bytes: number, place: string): HeaderSteps<Uint8Array> {
    const got = yield { bytes, kept: true, place };
    this.#position += bytes;
    return got;
  }

  *skip(bytes: number, place: string): HeaderSteps<void> {
    if (bytes <= 0) return;
    yield { bytes, kept: false, place };
    this.#position += bytes;
  }
}

/** One container: how it is known and how its header is read. */
export interface Container {
  /** For messages. */
  readonly name: string;
  /** Whether the first bytes of a file, 12 or the few that there are, can be those of this container. */
  readonly begins: (start: Uint8Array) => boolean;
  /** Reads on from byte 12 to the first byte of audio; throws an input error for what can't be decoded. */
  readonly read: (start: Uint8Array, cursor: HeaderCursor) => HeaderSteps<ContainerHeader>;
  /** Reads on from the first byte of audio for what stands behind it, to the end of the file; null where nothing does. */
  readonly behind:
    | ((cursor: HeaderCursor, header: ContainerHeader, metadata: MetadataIntake) => HeaderSteps<void>)
    | null;
}

/** Bytes as text, one character each. */
export function textOf(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);
}
