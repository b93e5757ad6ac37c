import { exp, log } from '../dsp/elementary.ts';
import type { PipelineDefinition } from './definition.ts';

/** How a value travels: evenly, by equal ratios, or in one step at the end. */
export const CURVES = ['linear', 'exponential', 'hold'] as const;
export type Curve = (typeof CURVES)[number];

/** One value inside an entry's parameters on its way. */
export interface Leaf {
  /** Keys and indices from the entry's parameters down. */
  readonly path: readonly (string | number)[];
  readonly from: unknown;
  readonly to: unknown;
  /** Stream frame from which on another move has the value; infinite until then. */
  until: number;
}

/** Values of one entry that change together, on a clock of output frames. */
export interface Move {
  readonly id: string;
  /** Frame of the output at which the change begins. */
  readonly frame: number;
  /** Length of the way; 0: at once, as smoothly as the stage does it. */
  readonly frames: number;
  readonly curve: Curve;
  readonly leaves: readonly Leaf[];
}

/** A move on the clock of a segment at another rate than the output's; it begins no earlier there. Rates in Hz. */
export function atRate(move: Move, rate: number, outputRate: number): Move {
  if (rate === outputRate) return move;
  const { frame, frames, leaves } = move;
  const own = leaves.map(({ path, from, to }, n) => ({
    path,
    from,
    to,
    get until() {
      return Math.ceil((leaves[n].until * rate) / outputRate);
    },
  }));
  const begin = Math.ceil((frame * rate) / outputRate);
  return { ...move, frame: begin, frames: Math.round((frames * rate) / outputRate), leaves: own };
}

/** The value of a leaf at a stream frame of its move. */
export function leafValue({ frame, frames, curve }: Move, { from, to }: Leaf, at: number): unknown {
  if (at >= frame + frames || typeof from !== 'number' || typeof to !== 'number') return to;
  const share = (at - frame) / frames;
  // Equal ratios need two values of one sign; between others there is only the straight line.
  return curve === 'exponential' && from * to > 0
    ? from * exp(log(to / from) * share)
    : from + (to - from) * share;
}

/** A copy of `target` with the value at `path` replaced. */
export function withLeaf(target: unknown, path: Leaf['path'], value: unknown): unknown {
  if (path.length === 0) return value;
  const [key] = path;
  const copy = (Array.isArray(target) ? [...target] : { ...(target as object) }) as Record<string, unknown>;
  copy[key] = path.length === 1 ? value : withLeaf(copy[key], path.slice(1), value);
  return copy;
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Every value that differs between two sets of parameters. */
function differences(from: unknown, to: unknown, path: Leaf['path'] = []): Leaf[] {
  if (!isBranch(from) || !isBranch(to) || Array.isArray(from) !== Array.isArray(to)) {
    return [{ path, from, to, until: Number.POSITIVE_INFINITY }];
  }
  const found: Leaf[] = [];
  for (const key of Object.keys({ ...from, ...to }).filter((key) => !Object.is(from[key], to[key]))) {
    found.push(...differences(from[key], to[key], [...path, Array.isArray(to) ? Number(key) : key]));
  }
  return found;
}

/** What must move for one pipeline to become another with the same wiring. */
export function movesBetween(
  before: PipelineDefinition,
  after: PipelineDefinition,
  time: Pick<Move, 'frame' | 'frames' | 'curve'>,
): Move[] {
  const changed = after.entries.filter((entry, n) => entry !== before.entries[n]);
  const moves: Move[] = [];
  for (const { id, params } of changed) {
    const leaves = differences(before.entries.find((old) => old.id === id)!.params, params);
    if (leaves.length > 0) moves.push({ id, leaves, ...time });
  }
  return moves;
}
