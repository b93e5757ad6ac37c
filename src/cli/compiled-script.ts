import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** V8 itself refuses what another version of it has compiled; systems are kept apart by the name. */
const compiledPath = (name: string): string =>
  pathOf(`./${name}.${process.version}-${process.platform}-${process.arch}.compiled`);

function readCompiled(name: string): Buffer | undefined {
  try {
    return readFileSync(compiledPath(name));
  } catch {
    return undefined;
  }
}

/** The script `NAME.js` beside this file, a CommonJS module in ASCII, and what it exports once it is evaluated. */
function openScript<T>(name: string, cachedData?: Buffer): { script: Script; evaluate: () => T } {
  const filename = pathOf(`./${name}.js`);
  const script = new Script(
    `(function (require, module, exports, __filename) {${readFileSync(filename, 'latin1')}\n})`,
    { filename, cachedData },
  );
  const evaluate = (): T => {
    const module = { exports: {} };
    script.runInThisContext()(createRequire(filename), module, module.exports, filename);
    return module.exports as T;
  };
  return { script, evaluate };
}

/**
 * What the script `NAME.js` exports. V8 is handed what `keepCompiled` has kept, if the same Node did; any other compiles.
 */
export function loadCompiled<T>(name: string): T {
  return openScript<T>(name, readCompiled(name)).evaluate();
}

/** Keeps what V8 compiles of the script `NAME.js` while `use` is at work with what it exports, and gives what comes of it. */
export async function keepCompiled<T, R>(name: string, use: (exports: T) => Promise<R>): Promise<R> {
  const { script, evaluate } = openScript<T>(name);
  const result = await use(evaluate());
  writeFileSync(compiledPath(name), script.createCachedData());
  return result;
}
