import { eventLine } from '../../monitor/event-line.ts';
import type { RotatingFile } from '../../monitor/rotating-file.ts';
import { systemReason } from '../files/system-reason.ts';
import type { AirClock } from './air-clock.ts';
import type { AirEvent } from './air-event.ts';

/** Writes every event as a line of a file, and its word to whoever listens; after a failure of the file the audio goes on. */
export class EventLog {
  readonly #file: RotatingFile | null;
  readonly #clock: AirClock;
  readonly #say: (word: string) => void;
  #failure: string | null = null;

  constructor(file: RotatingFile | null, clock: AirClock, say: (word: string) => void) {
    this.#file = file;
    this.#clock = clock;
    this.#say = say;
  }

  readonly tell = (event: AirEvent): void => {
    this.#say(event.event === 'damaged' ? `${event.reason}` : event.event);
    if (this.#file === null || this.#failure !== null) return;
    try {
      this.#file.write(eventLine(this.#clock.date(), event));
    } catch (error) {
      this.#failure = `events: ${systemReason(error)}, lines are missing`;
      this.#say(this.#failure);
    }
  };

  close(): void {
    this.#file?.close();
  }
}
