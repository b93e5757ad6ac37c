import type { RunEvent } from '../monitored-run.ts';

/** Events that are kept; older ones are forgotten. */
const KEPT = 200;
/** A parameter that moves again within this many ms is the same event. */
const STILL_MOVING = 2000;

/** An event with its number, from 1 up, and its time in ms since 1970. */
export interface LoggedEvent extends RunEvent {
  readonly id: number;
  readonly time: number;
}

/** What a move is about: its text up to the value. */
const subjectOf = ({ text }: RunEvent): string => text.slice(0, text.indexOf(' '));

/** The latest events of a run, and how many of each kind there were. */
export class EventLog {
  readonly #events: LoggedEvent[] = [];
  readonly #counts = new Map<string, number>();
  #last = 0;

  /** Number of the latest event, 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** How many events of each kind there were. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Takes an event that happened at `time`. A parameter on its way is one event, under a new number each time. */
  add(event: RunEvent, time: number): void {
    const goesOn = (before: LoggedEvent): boolean =>
      event.kind === 'move' &&
      before.kind === 'move' &&
      time - before.time < STILL_MOVING &&
      subjectOf(before) === subjectOf(event);
    const same = this.#events.findLastIndex(goesOn);
    if (same >= 0 || this.#events.length === KEPT) this.#events.splice(Math.max(0, same), 1);
    this.#events.push({ ...event, id: ++this.#last, time });
    this.#counts.set(event.kind, (this.#counts.get(event.kind) ?? 0) + 1);
  }

  /** The events with larger numbers than `id`, oldest first. */
  after(id: number): readonly LoggedEvent[] {
    return this.#events.filter((event) => event.id > id);
  }
}
