import { type AuralisError, pipelineError } from '../audio/errors.ts';

/** Problems that are told one by one; the others are counted. */
const TOLD = 20;

/** A pipeline that is being checked: what messages call it, and who uses it. */
export interface Place {
  readonly where: string;
  /** The file, links resolved; null for a value. */
  readonly path: string | null;
  /** Place that names this file, such as `mastering.json: stages[2]`; null for the pipeline that is run. */
  readonly usedBy: string | null;
  /** Files from the one that is run down to this one. */
  readonly chain: readonly string[];
}

/** Everything that is wrong with a pipeline and the files that it names, a line each. */
export class Problems {
  readonly #lines: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a problem; `what` is only asked for its words when it will be told. */
  add({ where, usedBy }: Place, at: string, what: string | (() => string)): void {
    this.#count += 1;
    if (this.#count > TOLD) return;
    const words = typeof what === 'string' ? what : what();
    const user = usedBy === null ? '' : ` (used by ${usedBy})`;
    this.#lines.push(`${[where, at, words].filter(Boolean).join(': ')}${user}`);
  }

  /** All of them as one error, or null when there is none. */
  error(): AuralisError | null {
    return this.#count === 0 ? null : errorOf(this.#lines, this.#count);
  }
}

/** Many problems as one error: the first of them a line each, and how many more there are of `count`. */
export function errorOf(problems: readonly string[], count = problems.length): AuralisError {
  const told = problems.slice(0, TOLD);
  const untold = count - told.length;
  const rest = untold > 0 ? [`and ${untold.toLocaleString('en')} more`] : [];
  return pipelineError([...told, ...rest].join('\n'));
}
