// What npm runs after `npm ci`, before `npm pack`, and whenever npx runs the command inside this repository: builds
// only when dist/ is older than what it is made of, so that two commands in one pipe do not build over each other.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join(root, 'src', name));
const tools = ['scripts/build-wasm.js', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
  join(root, name),
);

if (changed(main) < Math.max(...[...sources, ...tools].map(changed))) {
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit', shell: true });
  if (status !== 0) process.exit(status ?? 1);
}
chmodSync(main, 0o755);
