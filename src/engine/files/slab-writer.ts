/** Bytes taken from the allocator at once. */
const SLAB_BYTES = 128 * 1024;
const NOTHING: readonly Buffer[] = [];

/**
 * Collects the short views that an encoder gives into pieces that may leave: few large buffers, each byte copied once.
 * A piece that comes back by `release` is used again; one that does not is left to the garbage collector.
 */
export class SlabWriter {
  readonly #free: Buffer[] = [];
  #slab: Buffer | null = null;
  #bytes = 0;

  /** Copies `bytes` in and gives the pieces that became full: seldom any. */
  add(bytes: Uint8Array): readonly Buffer[] {
    let full = NOTHING;
    for (let at = 0; at < bytes.length; ) {
      this.#slab ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
      const taken = Math.min(SLAB_BYTES - this.#bytes, bytes.length - at);
      this.#slab.set(
        at === 0 && taken === bytes.length ? bytes : bytes.subarray(at, at + taken),
        this.#bytes,
      );
      this.#bytes += taken;
      at += taken;
      if (this.#bytes === SLAB_BYTES) full = [...full, ...this.take()];
    }
    return full;
  }

  /** What is collected, if anything. */
  take(): readonly Buffer[] {
    if (this.#slab === null) return NOTHING;
    const piece = this.#slab.subarray(0, this.#bytes);
    this.#slab = null;
    this.#bytes = 0;
    return [piece];
  }

  /** Takes back a piece that has been written out; nobody may hold it any more. */
  release(piece: Uint8Array): void {
    this.#free.push(Buffer.from(piece.buffer as ArrayBuffer));
  }
}
