import type { MetadataChunk } from './metadata-chunk.ts';

/** What a header's chunks may take in all: far above what tags need, a cover picture aside. */
const MAX_BYTES = 1 << 20;
/** Chunks that say something about the audio and stay true when it is processed. Of LIST, only INFO. */
const CARRIED = ['LIST', 'bext', 'iXML', 'cart', 'id3 ', 'ID3 '];

/** Collects the metadata of a header, up to 1 MiB in all. */
export class MetadataIntake {
  readonly #enabled: boolean;
  readonly #chunks: MetadataChunk[] = [];
  /** Entries of a LIST/INFO that are put together from elsewhere. */
  readonly #texts: MetadataChunk[] = [];
  readonly #warnings: string[] = [];
  #bytes = 0;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** Whether the body of a chunk is to be kept. */
  wants(id: string, size: number): boolean {
    return this.#enabled && CARRIED.includes(id) && this.fits(id, size);
  }

  /** Whether there is room for what a chunk says. */
  fits(id: string, size: number): boolean {
    if (size === 0) return false;
    const fits = this.#bytes + size <= MAX_BYTES;
    if (!fits) this.#warnings.push(`"${id}" chunk of ${size} bytes left out: more than 1 MiB of metadata`);
    return fits;
  }

  /** Keeps a copy of a chunk's body. */
  keep(id: string, body: Uint8Array): void {
    if (id === 'LIST' && Buffer.from(body.subarray(0, 4)).toString('latin1') !== 'INFO') return;
    this.#bytes += body.length;
    this.#chunks.push({ id, body: body.slice() });
  }

  /** Keeps a text as an entry of LIST/INFO; what it ends with beyond its letters is left out. */
  keepText(id: string, text: Uint8Array): void {
    let length = text.indexOf(0);
    if (length < 0) length = text.length;
    this.#bytes += length;
    if (length > 0) this.#texts.push({ id, body: text.slice(0, length) });
  }

  result(): { readonly metadata: readonly MetadataChunk[]; readonly warnings: readonly string[] } {
    const info = this.#texts.length > 0 ? [infoList(this.#texts)] : [];
    return { metadata: [...this.#chunks, ...info], warnings: this.#warnings };
  }
}

/** A LIST chunk of the kind INFO: entries that end with a 0, each padded to an even length. */
function infoList(entries: readonly MetadataChunk[]): MetadataChunk {
  const parts = entries.flatMap(({ id, body }) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length + 1);
    return [Buffer.from(id, 'latin1'), size, body, Buffer.alloc(body.length % 2 === 0 ? 2 : 1)];
  });
  return { id: 'LIST', body: new Uint8Array(Buffer.concat([Buffer.from('INFO'), ...parts])) };
}
