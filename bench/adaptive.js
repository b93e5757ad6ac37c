// How many times faster than real time does a stream master itself? `cat in.wav | auralis-stream master > out.wav`, one pass
// with all its listening, beside ffmpeg's equalizer x3 + acompressor + alimiter, which decides nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printTable, timeCommands } from './measure.js';
import { peers } from './peers.js';

export const question = 'seconds for one-pass mastering of a stereo s16 WAV at 44.1 kHz (the demo piece)';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const FFMPEG = [
  'equalizer=f=120:t=q:w=1:g=2,equalizer=f=1000:t=q:w=1:g=-2,equalizer=f=8000:t=q:w=1:g=2',
  'acompressor=threshold=-18dB:ratio=2:attack=20:release=250:knee=2.828:makeup=1.41',
  'alimiter=limit=-1dB:level=0:attack=5:release=50',
].join(',');

export async function run({ full }) {
  const seconds = full ? 600 : 120;
  const folder = mkdtempSync(join(tmpdir(), 'auralis-bench-'));
  try {
    const path = (name) => join(folder, name);
    const input = path('in.wav');
    spawnSync('bash', ['-c', `${process.execPath} ${CLI} demo --seconds ${seconds} > ${input}`]);
    const ours = (options) =>
      `cat ${input} | ${process.execPath} ${CLI} master --quiet ${options} > ${path('ours.wav')}`;
    const commands = { 'one pass, 3 s ahead': ours(''), 'one pass, 0 s ahead': ours('--lookahead 0') };
    commands['two passes'] = `${process.execPath} ${CLI} master ${input} ${path('two.wav')} --force --quiet`;
    const { ffmpeg } = peers;
    if (ffmpeg) {
      commands['3 bands, compressor, limiter in ffmpeg'] =
        `cat ${input} | ffmpeg -v error -y -i - -af "${FFMPEG}" -c:a pcm_s16le -f wav - > ${path('ffmpeg.wav')}`;
    }
    console.log(`input: ${seconds} s; ${ffmpeg ?? 'ffmpeg is not installed'}`);
    const figures = await timeCommands(commands, full ? 5 : 3);
    const rows = Object.entries(figures).map(([what, { wall, cpu }]) => ({
      what,
      wall: wall.median,
      cpu: cpu.median,
      'cpu of 600 s': (cpu.median * 600) / seconds,
      'x real time': seconds / wall.median,
    }));
    printTable(rows);
    return {
      seconds,
      ffmpeg,
      rows,
      figures: { adaptive: seconds / figures['one pass, 3 s ahead'].wall.median },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
