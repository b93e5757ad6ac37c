import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { JOURNAL_NAME, type JournalEntry, noteOutput, openJournal } from '../../src/batch/journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
const path = join(folder, JOURNAL_NAME);
afterAll(() => rmSync(folder, { recursive: true }));

/** Notes an output that holds some text. */
function note(output: string, text: string): void {
  writeFileSync(join(folder, output), text);
  const { size, mtimeMs } = statSync(join(folder, output));
  const track = {} as JournalEntry['track'];
  noteOutput(path, { output, content: text, work: 'w', size, changed: mtimeMs, track });
}

describe('openJournal', () => {
  it('gives the outputs that are there as they were noted, and forgets 3 of 4: gone, changed, cut off', () => {
    note('kept.wav', 'kept');
    note('gone.wav', 'gone');
    note('changed.wav', 'changed');
    rmSync(join(folder, 'gone.wav'));
    writeFileSync(join(folder, 'changed.wav'), 'by somebody else');
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"output":"cut.wav","con`);
    expect([...openJournal(path).keys()]).toEqual(['kept.wav']);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('takes the last of several entries for one output', () => {
    note('twice.wav', 'first');
    note('twice.wav', 'second!');
    expect(openJournal(path).get('twice.wav')?.content).toBe('second!');
  });

  it('is empty where there is none', () => {
    expect(openJournal(join(folder, 'nowhere', JOURNAL_NAME)).size).toBe(0);
  });
});
