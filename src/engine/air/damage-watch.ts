import type { AirClock } from './air-clock.ts';
import type { AirListener } from './air-event.ts';
import type { ProgrammeFeed } from './programme-feed.ts';

/** Most times that damage is told of within so many ms; what there is more of is counted, and told of with the next. */
const MOST_TIMES = 6;
const WITHIN_MS = 60_000;

/** Tells what is wrong with the bytes of a programme, as it comes and once more at the end of a connection, in so many words a minute at most. */
export class DamageWatch {
  readonly #clock: AirClock;
  readonly #tell: AirListener;
  #feed: ProgrammeFeed | null = null;
  /** Places that this connection had when it was looked at. */
  #seen = 0;
  #untold = 0;
  #hasEnded = false;
  /** When damage was told of, the latest last. */
  #told: readonly number[] = [];

  constructor(clock: AirClock, tell: AirListener) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Looks at a connection; `frame` is where the stream stands. */
  look(feed: ProgrammeFeed, frame: number): void {
    if (feed !== this.#feed) {
      this.#feed = feed;
      this.#seen = 0;
      this.#hasEnded = false;
    }
    const { damagedPlaces } = feed;
    this.#untold += damagedPlaces - this.#seen;
    this.#seen = damagedPlaces;
    const atEnd = feed.end !== null && !this.#hasEnded ? feed.warnings.join('; ') : '';
    this.#hasEnded = feed.end !== null;
    if (atEnd !== '') this.#untold = Math.max(1, this.#untold);
    if (this.#untold > 0 && this.#mayTell()) this.#tellOf(frame, atEnd);
  }

  /** At the end of the stream: what has not been told. */
  end(frame: number): void {
    if (this.#untold > 0) this.#tellOf(frame, '');
  }

  #tellOf(frame: number, atEnd: string): void {
    const places = `damaged in ${this.#untold} ${this.#untold === 1 ? 'place' : 'places'}`;
    this.#untold = 0;
    this.#tell({ event: 'damaged', frame, reason: atEnd || places });
  }

  #mayTell(): boolean {
    const now = this.#clock.now();
    this.#told = this.#told.filter((at) => now - at < WITHIN_MS);
    if (this.#told.length >= MOST_TIMES) return false;
    this.#told = [...this.#told, now];
    return true;
  }
}
