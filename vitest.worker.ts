import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import type { Plugin } from 'vitest/config';

const WORKER = /new URL\(['"]\.\/([\w-]+-worker)\.js['"], import\.meta\.url\)/;
const OUT = fileURLToPath(new URL('./node_modules/.cache/vitest-workers/', import.meta.url));

/** Worker threads load plain JavaScript: where a source names one, this bundles it and names the bundle instead. */
export const workerSources: Plugin = {
  name: 'worker-sources',
  enforce: 'pre',
  transform(code, id) {
    return code.replace(WORKER, (_, name: string) => {
      mkdirSync(OUT, { recursive: true });
      // One file a process, because several may run at a time.
      const outfile = join(OUT, `${name}-${process.pid}.mjs`);
      const entryPoints = [join(dirname(id), `${name}.ts`)];
      buildSync({
        entryPoints,
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        mainFields: ['module', 'main'],
        logLevel: 'warning',
        // CommonJS dependencies ask for Node's own modules by require.
        banner: {
          js: "import { createRequire as nodeRequire } from 'node:module';\nconst require = nodeRequire(import.meta.url);",
        },
      });
      return `new URL('${pathToFileURL(outfile).href}')`;
    });
  },
};
