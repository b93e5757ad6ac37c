import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects all garbage now, so that what is measured next is no remnant of what was before. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are held on to, in the heap and outside it. */
export function keptMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
