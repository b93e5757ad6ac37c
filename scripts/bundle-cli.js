// Bundles the command line into dist/cli/, as CommonJS: V8 can be handed what it had compiled of such a file before
// (scripts/compile-cli.js), and Node loads it without a turn of the event loop a file. A run loads one file; parts of it are
// evaluated when they are imported. What few runs need is large and lies apart, and so does what worker threads do.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = (name) => join(root, name);

/** Files of their own, by what is imported: none of them has a part of ours whose identity counts. */
const APART = {
  '@resvg/resvg-wasm': 'resvg',
  '@viz-js/viz': 'viz',
  '@wasm-audio-decoders/flac': 'flac',
  '@wasm-audio-decoders/ogg-vorbis': 'ogg-vorbis',
  './chart-svg.ts': 'chart-svg',
  fastify: 'fastify',
  'mpg123-decoder': 'mpg123',
  'prom-client': 'prom-client',
  ws: 'ws',
};

const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind !== 'entry-point' && Object.hasOwn(APART, path)
        ? { path: `./${APART[path]}.js`, external: true }
        : undefined,
    );
  },
};

/** Functions that few runs call, of modules that take milliseconds to evaluate: the first call does that. */
const LATE = {
  'node:child_process': ['spawn'],
  'node:crypto': ['createHash', 'randomBytes', 'randomUUID', 'timingSafeEqual'],
  // Patterns of all the emoji there are, for laying out a help text.
  'string-width': ['default'],
  'wrap-ansi': ['default'],
};

/** What needs no module: text of printable ASCII is as wide as it is long, and yargs lays out a help text unasked. */
const PLAIN = { 'string-width': '/^[ -~]*$/.test(args[0]) ? args[0].length :' };

const late = {
  name: 'late',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /./ }, async ({ path, kind, resolveDir }) => {
      if (kind !== 'import-statement' || !Object.hasOwn(LATE, path)) return undefined;
      const module = await resolve(path, { kind: 'require-call', resolveDir });
      return { path: module.path, namespace: 'late', sideEffects: false, pluginData: LATE[path] };
    });
    onLoad({ filter: /./, namespace: 'late' }, ({ path, pluginData: names }) => ({
      contents: names
        .map((name, n) => {
          const known = PLAIN[path.match(/[^/]*(?=\/index\.js$)/)?.[0]] ?? '';
          const call = `const call${n} = (...args) => ${known} require(${JSON.stringify(path)}).${name}(...args);`;
          return `${call} export { call${n} as ${name} };`;
        })
        .join('\n'),
      resolveDir: root,
    }));
  },
};

const entries = {
  main: path('src/cli/main.ts'),
  'compiled-script': path('src/cli/compiled-script.ts'),
  'command-line': path('src/cli/command-line.ts'),
  'graph-work': path('src/engine/threads/graph-worker.ts'),
  'spectrum-work': path('src/engine/analysis/spectrum-worker.ts'),
  'track-work': path('src/batch/track-worker.ts'),
  ...Object.fromEntries(
    Object.entries(APART).map(([name, file]) => [
      file,
      name.startsWith('./') ? path(`src/monitor/${name}`) : name,
    ]),
  ),
};

rmSync(path('dist/cli'), { recursive: true, force: true });
await build({
  entryPoints: entries,
  outdir: path('dist/cli'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // What V8 had compiled before has no way to import: all is required, what is loaded later too.
  supported: { 'dynamic-import': false },
  plugins: [apart, late],
  // The first finds its worker script beside its own files; the others are there only for who uses a queue.
  external: ['piscina', 'bullmq', 'ioredis'],
  // The stream package of an older time, of which through2 needs what Node has itself.
  alias: { 'readable-stream': 'node:stream' },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
});
writeFileSync(path('dist/cli/package.json'), '{ "type": "commonjs" }\n');
// The PNG renderer's binary lies beside the file that reads it.
copyFileSync(path('node_modules/@resvg/resvg-wasm/index_bg.wasm'), path('dist/cli/resvg.wasm'));
chmodSync(path('dist/cli/main.js'), 0o755);

const node = (script, ...options) =>
  execFileSync(process.execPath, [path(script), ...options.slice(0, -1)], options.at(-1));
const demo = node('dist/cli/main.js', 'demo', '--seconds', '2', { maxBuffer: 1 << 20 });
const folder = mkdtempSync(join(tmpdir(), 'auralis-stream-'));
try {
  const piece = join(folder, 'demo.wav');
  writeFileSync(piece, demo);
  node('scripts/compile-cli.js', piece, { input: demo, stdio: ['pipe', 'ignore', 'inherit'] });
} finally {
  rmSync(folder, { recursive: true });
}
node('scripts/compile-workers.js', { input: demo, stdio: ['pipe', 'ignore', 'inherit'] });
