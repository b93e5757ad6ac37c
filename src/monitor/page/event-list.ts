import type { LoggedEvent } from '../server/event-log.ts';
import { byId, element } from './element.ts';

/** Events that are shown. */
const SHOWN = 50;

/** What happened, the latest first. */
export class EventList {
  readonly #place = byId('events');
  #last = 0;

  /** Number of the latest event that is shown. */
  get last(): number {
    return this.#last;
  }

  add(events: readonly LoggedEvent[]): void {
    for (const { id, time, kind, text } of events) {
      if (id <= this.#last) continue;
      this.#last = id;
      const when = new Date(time);
      const clock = element('time', { datetime: when.toISOString() }, when.toLocaleTimeString());
      this.#place.prepend(element('li', {}, clock, element('b', {}, kind), element('span', {}, text)));
    }
    while (this.#place.children.length > SHOWN) this.#place.lastElementChild?.remove();
  }
}
