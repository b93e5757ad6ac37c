// A station on a real Icecast for two minutes: the ffmpeg that feeds it is killed twice, the pipeline is reloaded, and a
// listener records; then one that takes its programme from Liquidsoap. Needs ffmpeg, icecast2 and liquidsoap.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeEvidence } from './evidence.js';

const TEST = ['vitest', 'run', '--config', 'vitest.system.config.ts', 'test/system/icecast.test.ts'];

export function run({ short }) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-station-'));
  try {
    const ICECAST_READINGS = join(folder, 'readings.json');
    const { status } = spawnSync('npx', TEST, {
      stdio: 'inherit',
      env: { ...process.env, ICECAST_SECONDS: short ? '40' : '120', ICECAST_READINGS },
    });
    if (!short && status === 0) write(JSON.parse(readFileSync(ICECAST_READINGS, 'utf8')));
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write({ seconds, listened, silence, step, ownStep, loudness, events }) {
  writeEvidence('icecast', 'Two minutes on a real Icecast, fed by an ffmpeg that is killed twice', [
    'ffmpeg feeds a named pipe in real time, `onair-streaming` with `--live --on-end fallback --fallback noise --back-after 1s`',
    'processes it, ffmpeg sends Ogg FLAC to a mount on loopback, a listener records all bytes of it. The feeding ffmpeg is killed by',
    'SIGKILL at 35 and 65 % and started again after 1.5 s; at 80 % the limiter gets another lookahead by SIGHUP.',
    '',
    '| what | measured | allowed |',
    '|---|---|---|',
    `| heard of ${listened.toFixed(1)} s | ${seconds.toFixed(1)} s | 2.5 s less or more: queues of sender and server |`,
    `| longest run of zeros | ${silence.toFixed(2)} ms | 10 ms |`,
    `| largest step from frame to frame | ${step.toFixed(4)} | ${(ownStep + 0.01).toFixed(4)}: undisturbed, and -40 dBFS |`,
    `| integrated loudness after 12 s | ${loudness.toFixed(1)} LUFS | -16 +-1 |`,
    '',
    `Events: ${events.join(', ')}.`,
  ]);
}
