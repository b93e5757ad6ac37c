// How much memory does a run take, and does it grow? Peak resident memory of processes that read a pipe, by the length of
// the input, read from /proc while they run; hours are in `npm run slow -- memory`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHAIN, FFMPEG_CHAIN, SOX_EQ } from './chain.js';
import { inFolder, writeWav } from './material.js';
import { printTable } from './measure.js';
import { peers } from './peers.js';

export const question =
  'MB of peak resident memory by length of the input, stereo s16 at 44.1 kHz from a pipe';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const POLL_MS = 5;

/** High-water mark of a process in MB, 0 once it is gone. */
function highWater(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Peak resident memory of a program that reads a file through a pipe. */
async function peakOf(input, output, program, words) {
  const file = openSync(output, 'w');
  const cat = spawn('cat', [input], { stdio: ['ignore', 'pipe', 'inherit'] });
  const child = spawn(program, words, { stdio: [cat.stdout, file, 'inherit'] });
  cat.stdout.destroy();
  closeSync(file);
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, highWater(child.pid));
  }, POLL_MS);
  const [code] = await once(child, 'exit');
  clearInterval(timer);
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}`);
  return peak;
}

export async function run({ full }) {
  if (process.platform !== 'linux') {
    console.log('reads /proc, so it runs on Linux only');
    return { rows: [], figures: {} };
  }
  return inFolder(async (path) => {
    writeFileSync(path('chain.json'), JSON.stringify(CHAIN));
    const programs = {
      mastering: [process.execPath, [CLI, 'mastering']],
      chain: [process.execPath, [CLI, path('chain.json')]],
      'chain, reference': [process.execPath, [CLI, path('chain.json'), '--backend', 'reference']],
      'analyze, all': [process.execPath, [CLI, 'analyze', '--json', '--threads', '1']],
      'Node, dropping stdin': [process.execPath, ['-e', 'process.stdin.resume()']],
      ...(peers.ffmpeg && {
        ffmpeg: ['ffmpeg', ['-v', 'error', '-i', '-', '-af', FFMPEG_CHAIN, '-f', 'wav', '-']],
      }),
      ...(peers.sox && { SoX: ['sox', ['-t', 'wav', '-', '-t', 'wav', '-', ...SOX_EQ.split(' ')]] }),
    };
    const rows = [];
    for (const seconds of full ? [5, 30, 180, 600] : [30]) {
      writeWav(path('in.wav'), seconds);
      const row = { seconds };
      for (const [name, program] of Object.entries(programs)) {
        row[name] = await peakOf(path('in.wav'), path('out'), ...program);
      }
      rows.push(row);
    }
    printTable(rows);
    const highest = Math.max(...rows.flatMap((row) => [row.mastering, row.chain]));
    return { rows, figures: { memory: highest } };
  });
}
