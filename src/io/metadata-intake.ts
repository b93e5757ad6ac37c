import { type MetadataChunk, textOf } from './header-steps.ts';

/** What a header's chunks may take in all: far above what tags need, a cover picture aside. */
const MAX_BYTES = 1 << 20;
/** Chunks that say something about the audio and stay true when it is processed. Of LIST, only INFO. */
const CARRIED = ['LIST', 'bext', 'iXML', 'cart', 'id3 ', 'ID3 '];

/** Collects the metadata of a header, up to 1 MiB in all. */
export class MetadataIntake {
  readonly #enabled: boolean;
  readonly #chunks: MetadataChunk[] = [];
  readonly #warnings: string[] = [];
  #bytes = 0;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** Whether the body of a chunk is to be kept. */
  wants(id: string, size: number): boolean {
    if (!this.#enabled || !CARRIED.includes(id) || size === 0) return false;
    const fits = this.#bytes + size <= MAX_BYTES;
    if (!fits) this.#warnings.push(`"${id}" chunk of ${size} bytes left out: more than 1 MiB of metadata`);
    return fits;
  }

  /** Keeps a copy of a chunk's body. */
  keep(id: string, body: Uint8Array): void {
    if (id === 'LIST' && textOf(body, 0, 4) !== 'INFO') return;
    this.#bytes += body.length;
    this.#chunks.push({ id, body: body.slice() });
  }

  result(): { readonly metadata: readonly MetadataChunk[]; readonly warnings: readonly string[] } {
    return { metadata: this.#chunks, warnings: this.#warnings };
  }
}
