import { didYouMean } from '../audio/nearest.ts';
import { quoted } from '../audio/shown.ts';
import type { InputRef } from './definition.ts';
import { MAIN } from './definition.ts';
import type { Place, Problems } from './problems.ts';

/** Names of an entry's outputs as they may be written, and the signal that each means. */
export type Ports = ReadonlyMap<string, InputRef>;

/** What is named so far while walking down a file, and who has been asked for. */
export class Scope {
  readonly #place: Place;
  readonly #problems: Problems;
  readonly #ports = new Map<string, Ports>();
  readonly #used = new Set<string>();
  /** Id of the entry before: what an entry without `input` takes. */
  last: string;
  /** Whether every reference so far could be followed: only then is it known what nobody takes. */
  whole = true;

  constructor(place: Place, problems: Problems, inputs: ReadonlyMap<string, InputRef>) {
    this.#place = place;
    this.#problems = problems;
    for (const [name, ref] of inputs) this.#ports.set(name, new Map([[MAIN, ref]]));
    this.last = [...inputs.keys()][0];
  }

  /** Adds an entry; one with a problem of its own has no ports. */
  add(id: string, ports: Ports): void {
    this.#ports.set(id, ports);
    this.last = id;
  }

  has(id: string): boolean {
    return this.#ports.has(id);
  }

  isUsed(id: string): boolean {
    return this.#used.has(id);
  }

  /** Turns `id` or `id.port` into a reference to an earlier entry; undefined when that is a problem. */
  resolve(name: string, at: string, gainDb = 0): InputRef | undefined {
    const [from, port, ...rest] = name.split('.');
    const ports = this.#ports.get(from);
    if (ports === undefined || rest.length > 0) {
      return this.#refuse(at, () => {
        const known = [...this.#ports.keys()];
        const hint = didYouMean(from, known) || `, earlier are ${listed(known)}`;
        return `no earlier entry is called ${quoted(ports === undefined ? from : name)}${hint}`;
      });
    }
    this.#used.add(from);
    if (ports.size === 0) {
      // One message about the entry itself is enough.
      this.whole = false;
      return undefined;
    }
    const written = port ?? (ports.has(MAIN) ? MAIN : undefined);
    if (written === undefined) {
      return this.#refuse(at, () => `"${from}" has several outputs; name one of ${listPorts(from, ports)}`);
    }
    const wanted = ports.get(written);
    if (wanted === undefined) {
      return this.#refuse(at, () => {
        const hint = didYouMean(written, ports.keys()) || `, known are ${listPorts(from, ports)}`;
        return `"${from}" has no output ${quoted(written)}${hint}`;
      });
    }
    return { ...wanted, gainDb: wanted.gainDb + gainDb };
  }

  #refuse(at: string, what: () => string): undefined {
    this.whole = false;
    this.#problems.add(this.#place, at, what);
    return undefined;
  }
}

/** Names in a row; of many the first. */
export function listed(names: readonly string[]): string {
  const most = 20;
  const rest = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${rest}`;
}

/** Every output once, by the first name that it has. */
function listPorts(id: string, ports: Ports): string {
  const seen = new Set<string>();
  const names = [...ports].flatMap(([name, { from, port }]) => {
    const signal = `${from}.${port}`;
    if (seen.has(signal)) return [];
    seen.add(signal);
    return [`${id}.${name}`];
  });
  return listed(names);
}
