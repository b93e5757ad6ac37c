import type { Frame } from './connection.ts';
import { byId, element, say } from './element.ts';
import { clock, decibels } from './numbers.ts';

/** One figure: its name, its unit and how it is read from a frame. */
const FIGURES: readonly (readonly [string, string, (frame: Frame) => string])[] = [
  ['Momentary', 'LUFS', ({ momentary }) => decibels(momentary)],
  ['Short-term', 'LUFS', ({ shortTerm }) => decibels(shortTerm)],
  ['Integrated', 'LUFS', ({ integrated }) => decibels(integrated)],
  ['Range', 'LU', ({ range }) => decibels(range)],
  ['True peak', 'dBTP', ({ point }) => decibels(point?.truePeak)],
  ['Load', '%', ({ load }) => (100 * load).toFixed(1)],
  ['Latency', 'ms', ({ latency }) => latency.toFixed(1)],
  ['Buffer', 'ms', ({ buffer }) => (buffer.input + buffer.output).toFixed(0)],
  ['Played', '', ({ seconds }) => clock(seconds)],
];
/** Frames from one change of the numbers to the next: five a second can be read. */
const EVERY = 4;

/** The numbers at the top of the page. */
export class Figures {
  readonly #places: readonly HTMLElement[];
  #count = 0;

  constructor() {
    const list = byId('figures');
    this.#places = FIGURES.map(([name, unit]) => {
      const value = element('b', {}, '–');
      list.append(element('div', {}, element('dt', {}, name), element('dd', {}, value, ` ${unit}`)));
      return value;
    });
  }

  show(frame: Frame): void {
    if (this.#count++ % EVERY !== 0) return;
    for (const [n, [, , read]] of FIGURES.entries()) say(this.#places[n], read(frame));
  }
}
