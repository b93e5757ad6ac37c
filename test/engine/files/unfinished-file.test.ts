import { closeSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UnfinishedFile } from '../../../src/engine/files/unfinished-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'unfinished-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('unfinished files', () => {
  it('wait for the exit with 1 listener for 12 of them, which removes what was not kept, and with none when all are done', () => {
    const before = process.listeners('exit');
    const files = Array.from(
      { length: 12 },
      (_, n) => new UnfinishedFile(join(folder, `${n}.wav`), undefined),
    );
    for (const file of files) closeSync(file.open());
    const added = process.listeners('exit').filter((listener) => !before.includes(listener));
    expect(added).toHaveLength(1);
    files[0].keep(false);
    files[1].discard();
    expect(readdirSync(folder)).toHaveLength(11);
    added[0](0);
    expect(readdirSync(folder)).toEqual(['0.wav']);
    expect(files.every(({ part }) => part === null)).toBe(true);
    expect(process.listeners('exit')).toEqual(before);
  });
});
