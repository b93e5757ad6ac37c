import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { usageError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';
import { explainIssues } from '../../stages/explain-issues.ts';
import { systemReason } from '../files/system-reason.ts';
import { PACKAGE_FOLDER } from '../package-folder.ts';

const SHIPPED_FOLDER = fileURLToPath(new URL('targets/', PACKAGE_FOLDER));

const FIGURES = [
  'loudness.integrated',
  'loudness.range',
  'loudness.momentaryMax',
  'loudness.shortTermMax',
  'truePeak',
  'samplePeak',
  'rms',
  'crestFactor',
  'dcOffset',
  'correlation',
  'clippedSamples',
  'noiseFloor',
] as const;

const clause = z.strictObject({
  /** The document's words for it. */
  clause: z.string(),
  figure: z.enum(FIGURES),
  min: z.number().optional(),
  max: z.number().optional(),
  unit: z.string().default(''),
  /** Where the clause holds: where another figure is above or below a number. */
  when: z
    .strictObject({
      figure: z.enum([...FIGURES, 'format.channels', 'format.sampleRate', 'duration']),
      above: z.number().optional(),
      below: z.number().optional(),
    })
    .optional(),
});

const target = z.strictObject({
  title: z.string(),
  source: z.strictObject({
    document: z.string(),
    date: z.string(),
    note: z.string().optional(),
  }),
  /** What `normalize` aims at: LUFS, and dBTP at most. */
  normalize: z
    .strictObject({ target: z.number().min(-70).max(0), ceiling: z.number().min(-40).max(0) })
    .optional(),
  clauses: z.array(clause).min(1),
});

/** What a programme has to meet, clause by clause, and who says so. */
export interface Target extends z.output<typeof target> {
  readonly name: string;
}

/** Names of the targets that come with the package, sorted. */
export async function shippedTargets(): Promise<readonly string[]> {
  const files = await readdir(SHIPPED_FOLDER);
  return files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : [])).sort();
}

/**
 * Reads a target: the name of a shipped one, or the path of a file (with a slash or `.json` in it).
 * @throws AuralisError of kind `usage`
 */
export async function readTarget(nameOrPath: string): Promise<Target> {
  const isPath = /[/\\]|\.json$/i.test(nameOrPath);
  const names = await shippedTargets();
  if (!isPath && !names.includes(nameOrPath)) {
    throw usageError(
      `no target "${nameOrPath}": expected a file or one of ${names.join(', ')}${didYouMean(nameOrPath, names)}`,
    );
  }
  const path = isPath ? nameOrPath : `${SHIPPED_FOLDER}${nameOrPath}.json`;
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw usageError(`${nameOrPath}: ${systemReason(cause)}`, { cause });
  });
  return parseTarget(text, nameOrPath);
}

/** Checks the text of a target file; `name` stands in messages and verdicts. */
export function parseTarget(text: string, name: string): Target {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw usageError(`${name}: not JSON: ${systemReason(cause)}`, { cause });
  }
  const shape = target.safeParse(value);
  if (shape.success) return { name, ...shape.data };
  const problems = explainIssues(shape.error, value, target, '').map((problem) => `${name}: ${problem}`);
  throw usageError(problems.join('\n'));
}
