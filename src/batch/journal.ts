import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputError } from '../audio/errors.ts';
import { isSystemError, systemReason } from '../engine/system-reason.ts';
import type { TrackReport } from '../monitor/batch-report.ts';
import { writeWhole } from './write-whole.ts';

/** The journal's name in the folder of the outputs. */
export const JOURNAL_NAME = '.auralis-batch.jsonl';

/**
 * One output, noted in the moment before it takes its name. Size and time of change tell whether it then did: a
 * file keeps both when it is moved.
 */
export interface JournalEntry {
  /** Path from the folder of the journal, with `/`. */
  readonly output: string;
  /** SHA-256 of the input's bytes. */
  readonly content: string;
  /** SHA-256 of the pipeline and the version. */
  readonly work: string;
  /** Bytes. */
  readonly size: number;
  /** In ms. */
  readonly changed: number;
  /** Its line of the report. */
  readonly track: TrackReport;
}

/** Notes one output, in one write. */
export function noteOutput(path: string, entry: JournalEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

/**
 * Reads a journal: the entries, by output, whose files are there as they were noted. What a crash left of a line is
 * passed over, and the file is written anew without what no longer holds.
 */
export function openJournal(path: string): ReadonlyMap<string, JournalEntry> {
  const entries = new Map<string, JournalEntry>();
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (isSystemError(cause) && cause.code === 'ENOENT') return entries;
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  }
  for (const line of text.split('\n')) {
    const entry = parsed(line);
    if (entry !== null && holds(path, entry)) entries.set(entry.output, entry);
  }
  writeWhole(path, [...entries.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return entries;
}

function parsed(line: string): JournalEntry | null {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.output === 'string' ? entry : null;
  } catch {
    return null;
  }
}

function holds(path: string, { output, size, changed }: JournalEntry): boolean {
  const there = statSync(join(dirname(path), output), { throwIfNoEntry: false });
  return there?.size === size && there.mtimeMs === changed;
}
