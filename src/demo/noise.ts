/** White noise from -1 to 1 by integers alone: xorshift, 32 bits, shifts 13, 17, 5. Marsaglia, J. Stat. Softw. 8(14), 2003. */
export class Noise {
  #state: number;

  /** Any whole number but 0. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state / 0x80000000;
  }
}
