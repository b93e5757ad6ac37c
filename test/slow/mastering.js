// Ten kinds of material of a minute each are mastered in two passes and in one: loudness, curve, true peak.
import { spawnSync } from 'node:child_process';

export function run() {
  const command = ['vitest', 'run', '--config', 'vitest.slow.config.ts', 'test/slow/mastering.test.ts'];
  return spawnSync('npx', command, { stdio: 'inherit' }).status === 0;
}
