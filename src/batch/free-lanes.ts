/** Gives what is under way a lane of its own, from 0 on: the lowest that is free. */
export class FreeLanes<T> {
  readonly #taken: (T | null)[] = [];

  /** The lane of an item, taken when it is first asked for. */
  of(item: T): number {
    const known = this.#taken.indexOf(item);
    if (known !== -1) return known;
    const free = this.#taken.indexOf(null);
    const lane = free === -1 ? this.#taken.length : free;
    this.#taken[lane] = item;
    return lane;
  }

  /** Frees the lane of an item that has ended, and tells which it was. */
  release(item: T): number {
    const lane = this.of(item);
    this.#taken[lane] = null;
    return lane;
  }
}
