import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src/engine/files/make-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'make-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

describe('makeFolder', () => {
  it('makes 3 levels, and leaves what is there', () => {
    makeFolder(path('a/b/c'));
    writeFileSync(path('a/b/c/kept'), '');
    makeFolder(path('a/b/c'));
    expect(existsSync(path('a/b/c/kept'))).toBe(true);
  });

  it('takes a link to a folder for one, with a slash behind it or without', () => {
    makeFolder(path('real'));
    symlinkSync(path('real'), path('link'));
    makeFolder(path('link'));
    makeFolder(`${path('link')}/`);
    makeFolder(path('link/inside'));
    expect(statSync(path('real/inside')).isDirectory()).toBe(true);
  });

  it.each(['file', 'file/x', 'file/x/y'])(
    'says of %s that a file stands where a folder is expected',
    (name) => {
      writeFileSync(path('file'), 'mine');
      expect(() => makeFolder(path(name))).toThrow(`${path('file')}: is a file, expected a folder`);
    },
  );

  it.runIf(process.platform === 'linux')(
    'gives up where the system makes no folder and says that nothing is there',
    () => {
      for (const name of ['/proc/x', '/proc/x/y/z']) {
        expect(() => makeFolder(name)).toThrow('/proc/x: no such file or directory');
      }
    },
  );
});
