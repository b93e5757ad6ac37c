import type { AirClock } from '../../../src/engine/air/air-clock.ts';

/** A clock that stands until it is moved; with `perLook`, each look at it takes so many ms, as on a real machine. */
export class ManualClock implements AirClock {
  readonly #perLook: number;
  #now = 0;
  #due: { at: number; call: () => void }[] = [];

  constructor(perLook = 0) {
    this.#perLook = perLook;
  }

  readonly now = (): number => {
    this.#now += this.#perLook;
    return this.#now;
  };
  readonly date = (): Date => new Date(this.#now);

  readonly after = (ms: number, call: () => void): (() => void) => {
    if (ms > 2 ** 31 - 1) throw new RangeError(`a timer of ${ms} ms`);
    const entry = { at: this.#now + ms, call };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };

  /** Moves on by steps of 5 ms at most and lets streams run in between. */
  async advance(ms: number): Promise<void> {
    for (const end = this.#now + ms; this.#now < end; ) {
      this.#now = Math.min(end, this.#now + 5);
      await settled();
      for (const entry of this.#due.filter(({ at }) => at <= this.#now)) {
        this.#due = this.#due.filter((other) => other !== entry);
        entry.call();
      }
    }
    await settled();
  }
}

/** Lets everything that is ready to run do so. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 4; n++) await new Promise<void>((resolve) => setImmediate(resolve));
}
