// The clock of a station whose days pass as fast as it computes.

/** Time that stands until somebody sleeps; timers go off on the way. */
export class VirtualClock {
  #now = 0;
  #timers = new Set();
  #settled;

  /** `settled` resolves when nothing more happens at the present moment. */
  constructor(settled) {
    this.#settled = settled;
  }

  now = () => this.#now;
  date = () => new Date(this.#now);

  after = (ms, call) => {
    const timer = { at: this.#now + ms, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Lets so many ms pass. */
  async sleep(ms) {
    for (const end = this.#now + ms; ; ) {
      await this.#settled();
      let next = null;
      for (const timer of this.#timers) if (timer.at <= end && !(next?.at <= timer.at)) next = timer;
      if (next === null) {
        this.#now = end;
        return;
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
  }
}
