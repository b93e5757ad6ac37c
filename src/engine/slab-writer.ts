/** Bytes taken from the allocator at once. */
const SLAB_BYTES = 256 * 1024;

/**
 * Collects the short views that an encoder gives into pieces that may leave: few large buffers, each byte copied
 * once, and no piece ever written to again.
 */
export class SlabWriter {
  #slab = Buffer.alloc(0);
  /** First byte of the piece being collected; end of it. */
  #from = 0;
  #to = 0;

  /** Copies `bytes` in and yields the pieces that became full. */
  *add(bytes: Uint8Array): Generator<Buffer, void, void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#to === this.#slab.length) {
        yield* this.take();
        this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
        this.#from = 0;
        this.#to = 0;
      }
      const taken = Math.min(this.#slab.length - this.#to, bytes.length - at);
      this.#slab.set(bytes.subarray(at, at + taken), this.#to);
      this.#to += taken;
      at += taken;
    }
  }

  /** Yields what is collected, if anything. */
  *take(): Generator<Buffer, void, void> {
    if (this.#to === this.#from) return;
    const piece = this.#slab.subarray(this.#from, this.#to);
    this.#from = this.#to;
    yield piece;
  }
}
