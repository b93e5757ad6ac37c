import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const read = (path: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8'));

/** Scripts that npm runs when a package is installed (npm docs, "scripts"). */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

interface Locked {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

describe('what the package installs', () => {
  const locked = Object.entries(read('package-lock.json').packages as Record<string, Locked>).filter(
    ([path, { dev }]) => path !== '' && dev !== true,
  );

  it('has no package with an install script: 0 in the lock file', () => {
    expect(locked.length).toBeGreaterThan(5);
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('has none in what is installed here either, nor a native addon to build', () => {
    const installed = locked
      .map(([path]) => path)
      .filter((path) => existsSync(new URL(`../${path}`, import.meta.url)));
    const strays = installed.filter((path) => {
      const { scripts = {} } = read(`${path}/package.json`);
      const native = existsSync(new URL(`../${path}/binding.gyp`, import.meta.url));
      return native || INSTALL_SCRIPTS.some((name) => name in scripts);
    });
    expect(strays).toEqual([]);
  });
});
