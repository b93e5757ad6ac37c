import { availableParallelism } from 'node:os';
import { usageError } from '../audio/errors.ts';

/** A number of threads, or `auto`: as many as the machine has cores, eight at most. */
export type ThreadCount = number | 'auto';

/** Beyond so many threads the one that hands out the work is the slowest. */
const MOST_AUTO_THREADS = 8;
/** Most threads that can be asked for. */
export const MOST_THREADS = 64;

/** The count that is meant. */
export function threadCount(wanted: ThreadCount): number {
  if (wanted === 'auto') return Math.min(MOST_AUTO_THREADS, availableParallelism());
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_THREADS) return wanted;
  throw usageError(`threads: ${wanted} is not a whole number from 1 to ${MOST_THREADS}, nor "auto"`);
}
