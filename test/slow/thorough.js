// What `npm test` does with fewer cases or seconds, in full: every stage in any chunks, from bytes to bytes and from a
// snapshot at any frame, and the reference backend through two minutes of silence. There is one form, which takes less than
// a minute, and no log: it holds or it does not.
import { spawnSync } from 'node:child_process';

const TESTS = ['test/conformance/stages.test.ts', 'test/conformance/bytes.test.ts'];

export function run() {
  const { status } = spawnSync('npx', ['vitest', 'run', ...TESTS], {
    stdio: 'inherit',
    env: { ...process.env, AURALIS_THOROUGH: '1' },
  });
  return status === 0;
}
