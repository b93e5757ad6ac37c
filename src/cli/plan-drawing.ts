import { MAIN } from '../graph/definition.ts';
import type { Plan, PlannedEntry } from '../graph/plan.ts';

/** A wire on its way down the page. */
interface Lane {
  readonly wire: string;
  /** How many are still to take it. */
  readers: number;
}

/** Strokes that leave the middle of a cell, as bits, and the box character that has them. */
const [UP, DOWN, LEFT, RIGHT] = [1, 2, 4, 8];
const STROKES = ' ╵╷│╴┘┐┤╶└┌├─┴┬┼';

const wiresOf = ({ inputs, key }: PlannedEntry): string[] => [
  ...new Set([...inputs, ...(key ? [key] : [])].map(({ from, port }) => `${from}.${port}`)),
];

/** What is said beside each dot; of inputs and outputs by their names. */
interface PlanTexts {
  readonly input: (name: string) => string;
  readonly entry: (entry: PlannedEntry) => string;
  readonly output: (name: string) => string;
}

/** Draws a plan from top to bottom: lanes of wires with a dot for each entry, its text beside it. */
export class PlanDrawing {
  readonly #rows: { readonly cells: readonly string[]; readonly text: string }[] = [];
  readonly #readers = new Map<string, number>();
  readonly #lanes: (Lane | null)[] = [];

  constructor({ inputs, entries, outputs }: Plan, texts: PlanTexts) {
    const ends = outputs.map(({ name, from, port }) => ({ name, wire: `${from}.${port}` }));
    for (const wire of [...entries.flatMap(wiresOf), ...ends.map(({ wire }) => wire)]) {
      this.#readers.set(wire, (this.#readers.get(wire) ?? 0) + 1);
    }
    for (const name of inputs) {
      const at = this.#freeLane();
      this.#dot(at, '○', texts.input(name));
      this.#leave(at, [`${name}.${MAIN}`]);
    }
    for (const entry of entries) {
      const at = this.#gather(wiresOf(entry));
      this.#dot(at, entry.bypass ? '◌' : '●', texts.entry(entry));
      const ports = [...this.#readers.keys()].filter((wire) => wire.startsWith(`${entry.id}.`));
      this.#leave(at, ports);
    }
    for (const { name, wire } of ends) this.#dot(this.#gather([wire]), '○', texts.output(name));
  }

  /** The drawing, a line a row. */
  toString(): string {
    const width = Math.max(...this.#rows.map(({ cells }) => cells.length));
    return this.#rows
      .map(({ cells, text }) => {
        const line = cells.map((cell, n) => cell + (joinsRight(cell, cells[n + 1]) ? '─' : ' ')).join('');
        return `${line.padEnd(2 * width + 1)}${text}`.trimEnd();
      })
      .join('\n');
  }

  /** Brings wires together in one lane, which the entry then stands in. */
  #gather(wires: readonly string[]): number {
    const from = wires.map((wire) => this.#lanes.findIndex((lane) => lane?.wire === wire));
    for (const lane of from) (this.#lanes[lane] as Lane).readers -= 1;
    const ended = from.filter((lane) => this.#lanes[lane]?.readers === 0);
    const at = ended.length > 0 ? Math.min(...ended) : this.#freeLane();
    const going = new Set(this.#lanes.flatMap((lane, n) => (lane !== null && lane.readers > 0 ? [n] : [])));
    if (from.length > 1 || from[0] !== at) {
      this.#rule(
        at,
        from,
        (lane) => (from.includes(lane) || going.has(lane) ? UP : 0),
        (lane) => (lane === at || going.has(lane) ? DOWN : 0),
      );
    }
    for (const lane of ended) this.#lanes[lane] = null;
    return at;
  }

  /** Puts the outputs of the entry in its lane and in free ones. */
  #leave(at: number, wires: readonly string[]): void {
    const lanes = wires.map((wire, n) => {
      const lane = n === 0 ? at : this.#freeLane();
      this.#lanes[lane] = { wire, readers: this.#readers.get(wire) ?? 0 };
      return lane;
    });
    if (lanes.length < 2) return;
    const added = lanes.slice(1);
    this.#rule(
      at,
      added,
      (lane) => (added.includes(lane) || this.#lanes[lane] === null ? 0 : UP),
      (lane) => (this.#lanes[lane] ? DOWN : 0),
    );
  }

  #freeLane(): number {
    const free = this.#lanes.indexOf(null);
    if (free >= 0) return free;
    this.#lanes.push(null);
    return this.#lanes.length - 1;
  }

  #dot(at: number, dot: string, text: string): void {
    const width = Math.max(at + 1, this.#lanes.length);
    const cells = Array.from({ length: width }, (_, n) => (n === at ? dot : this.#lanes[n] ? '│' : ' '));
    this.#rows.push({ cells, text });
  }

  /** A row with a horizontal line that joins lane `at` with others; lanes between that have no part in it go under it. */
  #rule(
    at: number,
    others: readonly number[],
    up: (lane: number) => number,
    down: (lane: number) => number,
  ): void {
    const ends = [at, ...others];
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    const cells = Array.from({ length: Math.max(last + 1, this.#lanes.length) }, (_, lane) => {
      const within = lane >= first && lane <= last;
      if (within && !ends.includes(lane)) return this.#lanes[lane] ? '│' : '─';
      const across = within ? (lane > first ? LEFT : 0) | (lane < last ? RIGHT : 0) : 0;
      return STROKES[up(lane) | down(lane) | across];
    });
    this.#rows.push({ cells: bridged(cells, first, last), text: '' });
  }
}

/** Lanes that a line passes under show as a bridge over it. */
function bridged(cells: readonly string[], first: number, last: number): string[] {
  return cells.map((cell, n) => (n > first && n < last && cell === '│' ? '╫' : cell));
}

const joinsRight = (cell: string, next: string | undefined): boolean =>
  next !== undefined && '╶└┌├─┴┬┼╫'.includes(cell) && '╴┘┐┤─┴┬┼╫'.includes(next);
