import type { Planar } from '../../audio/block.ts';
import { GUARD_LIMIT } from '../levels/guard.ts';

/**
 * Correlation of a signal with what became of it: sum xy / sqrt(sum x^2 sum y^2) over all channels and frames. The signal
 * comes first and waits, frame by frame, for what was made of it. NaN, infinities and samples above +60 dBFS count as 0.
 */
export class AlignmentCorrelation {
  /** Frames that wait, from `#from` to `#to`. */
  #waiting: readonly Float32Array[];
  #from = 0;
  #to = 0;
  readonly #products = new Float64Array(3);

  /** `frames` that wait at most, as far as is known: with more it takes more room. */
  constructor(channels: number, frames: number) {
    this.#waiting = Array.from({ length: channels }, () => new Float32Array(2 * frames));
  }

  /** Takes frames of the signal. */
  before(channels: Planar, frames: number): void {
    if (this.#to + frames > this.#waiting[0].length) this.#makeRoom(frames);
    for (const [n, own] of this.#waiting.entries()) own.set(channels[n].subarray(0, frames), this.#to);
    this.#to += frames;
  }

  /** Takes the next frames of what was made of it; those of which the signal is not known do not count. */
  after(channels: Planar, frames: number): void {
    const known = Math.min(frames, this.#to - this.#from);
    const sums = this.#products;
    for (const [n, own] of this.#waiting.entries()) {
      const made = channels[n];
      for (let i = 0; i < known; i++) {
        const [x, y] = [own[this.#from + i], made[i]];
        if (!(Math.abs(x) <= GUARD_LIMIT && Math.abs(y) <= GUARD_LIMIT)) continue;
        sums[0] += x * y;
        sums[1] += x * x;
        sums[2] += y * y;
      }
    }
    this.#from += known;
  }

  /** -1..1; null where one of the two is silent. */
  get value(): number | null {
    const [xy, xx, yy] = this.#products;
    return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
  }

  /** Moves what waits to the front, into more room where the half is taken. */
  #makeRoom(frames: number): void {
    const held = this.#to - this.#from;
    const needed = 2 * (held + frames);
    const room = this.#waiting[0].length;
    this.#waiting = this.#waiting.map((own) => {
      if (needed <= room) return own.copyWithin(0, this.#from, this.#to);
      const larger = new Float32Array(needed);
      larger.set(own.subarray(this.#from, this.#to));
      return larger;
    });
    [this.#from, this.#to] = [0, held];
  }
}
