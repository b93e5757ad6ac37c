import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { outputError } from '../audio/errors.ts';
import { isSystemError, systemReason } from '../engine/files/system-reason.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import type { TrackReport } from '../monitor/batch-report.ts';
import { requireRegular } from './require-regular.ts';

/** The journal of a batch in the folder of its outputs, and those of workers elsewhere: each file has one writer. */
const JOURNAL_NAME = '.auralis-batch.jsonl';
const WORKER_JOURNAL = /^\.auralis-batch\.[\w-]+\.jsonl$/;

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

/** Notes one output, in one write; `writer` is the worker process that keeps a journal of its own. */
export function noteOutput(folder: string, entry: JournalEntry, writer: string | null = null): void {
  const name = writer === null ? JOURNAL_NAME : `.auralis-batch.${writer}.jsonl`;
  appendFileSync(join(folder, name), `${JSON.stringify(entry)}\n`);
}

/**
 * The entries of a folder's journals, by output, whose files are there as they were noted. What a crash left of a line is
 * passed over.
 */
export function readJournals(folder: string): ReadonlyMap<string, JournalEntry> {
  const lines = [JOURNAL_NAME, ...workerJournals(folder)].flatMap((name) =>
    textOf(join(folder, name)).split('\n'),
  );
  const entries = lines.map(parsed).filter((entry) => entry !== null && holds(folder, entry));
  return new Map(entries.map((entry) => [entry!.output, entry!]));
}

/** What a folder's journals hold of one output, as `readJournals` does of all; null for nothing. */
export function notedOutput(folder: string, output: string): JournalEntry | null {
  const name = `"output":${JSON.stringify(output)}`;
  const entries = [JOURNAL_NAME, ...workerJournals(folder)].flatMap((journal) =>
    textOf(join(folder, journal))
      .split('\n')
      .filter((line) => line.includes(name))
      .map(parsed),
  );
  const ours = entries.filter((entry) => entry?.output === output && holds(folder, entry));
  return ours.at(-1) ?? null;
}

/** Reads the journals of a folder, and writes the batch's own anew without what no longer holds. */
export function openJournal(folder: string): ReadonlyMap<string, JournalEntry> {
  const entries = readJournals(folder);
  const path = join(folder, JOURNAL_NAME);
  if (entries.size > 0 || textOf(path) !== '') {
    writeWhole(path, [...entries.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
  return entries;
}

/** Takes what workers have noted into the batch's own journal, once none of them is at work for it. */
export function foldJournals(folder: string): void {
  openJournal(folder);
  for (const name of workerJournals(folder)) rmSync(join(folder, name), { force: true });
}

function workerJournals(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder).filter((name) => WORKER_JOURNAL.test(name));
}

function textOf(path: string): string {
  requireRegular(path, outputError);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (isSystemError(cause) && cause.code === 'ENOENT') return '';
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}

function parsed(line: string): JournalEntry | null {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.output === 'string' ? entry : null;
  } catch {
    return null;
  }
}

function holds(folder: string, { output, size, changed }: JournalEntry): boolean {
  const there = statSync(join(folder, output), { throwIfNoEntry: false });
  return there?.size === size && there.mtimeMs === changed;
}
