import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from '../audio/errors.ts';
import type { FileJob } from './file-job.ts';

/**
 * Refuses an output that is an input of any job, by whatever link or folder, and one that two jobs have.
 * @throws AuralisError of kind `usage`
 */
export function checkOutputs(jobs: readonly Pick<FileJob, 'input' | 'output'>[]): void {
  const read = new Set(jobs.map(({ input }) => fileAt(input)));
  const taken = new Map<string, string>();
  for (const { input, output } of jobs) {
    if (read.has(fileAt(output))) throw usageError(`${output}: is an input, choose another output`);
    // Two names of one file part when either is written, unless they are links to it.
    const place = existsSync(output) ? realpathSync(output) : resolve(output);
    const other = taken.get(place);
    if (other !== undefined) throw usageError(`${other} and ${input} would both become ${output}`);
    taken.set(place, input);
  }
}

/** What a file is known by, whatever its name; its path where it is not there. */
function fileAt(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return resolve(path);
  }
}
