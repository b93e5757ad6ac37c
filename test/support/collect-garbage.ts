import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects all garbage now, so that what is measured next is no remnant of what was before. */
export const collectGarbage = runInNewContext('gc') as () => void;
