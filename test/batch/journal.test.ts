import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  foldJournals,
  type JournalEntry,
  noteOutput,
  openJournal,
  readJournals,
} from '../../src/batch/journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
const path = join(folder, '.auralis-batch.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

/** Notes an output that holds some text. */
function note(output: string, text: string, writer: string | null = null): void {
  writeFileSync(join(folder, output), text);
  const { size, mtimeMs } = statSync(join(folder, output));
  const track = {} as JournalEntry['track'];
  noteOutput(folder, { output, content: text, work: 'w', size, changed: mtimeMs, track }, writer);
}

describe('openJournal', () => {
  it('gives the outputs that are there as they were noted, and forgets 3 of 4: gone, changed, cut off', () => {
    note('kept.wav', 'kept');
    note('gone.wav', 'gone');
    note('changed.wav', 'changed');
    rmSync(join(folder, 'gone.wav'));
    writeFileSync(join(folder, 'changed.wav'), 'by somebody else');
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"output":"cut.wav","con`);
    expect([...openJournal(folder).keys()]).toEqual(['kept.wav']);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('takes the last of several entries for one output', () => {
    note('twice.wav', 'first');
    note('twice.wav', 'second!');
    expect(openJournal(folder).get('twice.wav')?.content).toBe('second!');
  });

  it('is empty where there is none', () => {
    expect(openJournal(join(folder, 'nowhere')).size).toBe(0);
  });

  it('reads the journals of 2 workers with its own, and takes them in when they are through', () => {
    note('one.wav', 'by one', 'host-1');
    note('two.wav', 'by two', 'host-2');
    expect(readJournals(folder).get('two.wav')?.content).toBe('by two');
    foldJournals(folder);
    expect(readdirSync(folder).filter((name) => name.startsWith('.auralis'))).toEqual([
      '.auralis-batch.jsonl',
    ]);
    expect([...openJournal(folder).keys()]).toContain('one.wav');
  });
});
