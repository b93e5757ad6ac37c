// How many times faster than real time does a stream master itself? `cat in.wav | auralis-stream master > out.wav`, one pass
// with all its listening, beside ffmpeg's equalizer x3 + acompressor + alimiter, which decides nothing.
//
// The promise is about one core, so all commands run on the first one where `taskset` is installed, and what counts is CPU,
// user and system, of all of a command's processes: compilers and collector of V8 included. It is also about a machine on
// which that chain takes ffmpeg 3.7 s for 600 s: what it takes here in the same rounds stands beside the figure, and what the
// figure is when scaled by it. As ffmpeg comes, its threads wait for one another, and on one thread it takes a third, so the verdict is
// on the figure as it is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printTable, spread, timeCommand, timeCommands } from './measure.js';
import { peers } from './peers.js';

export const question = 'seconds for one-pass mastering of a stereo s16 WAV at 44.1 kHz (the demo piece)';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const FFMPEG = [
  'equalizer=f=120:t=q:w=1:g=2,equalizer=f=1000:t=q:w=1:g=-2,equalizer=f=8000:t=q:w=1:g=2',
  'acompressor=threshold=-18dB:ratio=2:attack=20:release=250:knee=2.828:makeup=1.41',
  'alimiter=limit=-1dB:level=0:attack=5:release=50',
].join(',');
/** CPU seconds that ffmpeg's chain takes for 600 s where the promise holds. */
const PROMISED = 3.7 / 600;

const ONE_PASS = 'one pass, 3 s ahead';
const ALONE = 'bands, compressor, limiter in ffmpeg, one thread';
const AS_IT_IS = 'the same with the threads it chooses, all cores';

/** What keeps a command and its children on the first core, or nothing where there is no such thing. */
const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? 'taskset -c 0 ' : '';

/** Times real time of one core over an hour, for which start and compiling count for little: the spread of three runs. */
function anHour(path) {
  const [input, seconds] = [path('hour.wav'), 3600];
  spawnSync('bash', ['-c', `${process.execPath} ${CLI} demo --seconds ${seconds} > ${input}`]);
  const once = () =>
    timeCommand(
      `${pinned}cat ${input} | ${pinned}${process.execPath} ${CLI} master --quiet > ${path('hour-out.wav')}`,
    );
  const times = spread(Array.from({ length: 3 }, () => seconds / once().cpu));
  console.log(
    `an hour, one pass, 3 s ahead: ${times.median.toFixed(0)} times real time of one core here (${times.min.toFixed(0)} to ${times.max.toFixed(0)})`,
  );
  return times;
}

export async function run({ full }) {
  // The promise is about ten minutes: start and compiling are a third of two.
  const seconds = 600;
  const folder = mkdtempSync(join(tmpdir(), 'auralis-bench-'));
  try {
    const path = (name) => join(folder, name);
    const input = path('in.wav');
    spawnSync('bash', ['-c', `${process.execPath} ${CLI} demo --seconds ${seconds} > ${input}`]);
    const ours = (options) =>
      `${pinned}cat ${input} | ${pinned}${process.execPath} ${CLI} master --quiet ${options} > ${path('ours.wav')}`;
    const theirs = (prefix, options) =>
      `${prefix}cat ${input} | ${prefix}ffmpeg -v error -y ${options} -i - -af "${FFMPEG}" ${options} -c:a pcm_s16le -f wav - > ${path('ffmpeg.wav')}`;
    const commands = { [ONE_PASS]: ours('') };
    if (full) {
      commands['one pass, 0 s ahead'] = ours('--lookahead 0');
      commands['two passes'] =
        `${pinned}${process.execPath} ${CLI} master ${input} ${path('two.wav')} --force --quiet`;
    }
    if (peers.ffmpeg) {
      commands[ALONE] = theirs(pinned, '-threads 1 -filter_threads 1');
      commands[AS_IT_IS] = theirs('', '');
    }
    console.log(`input: ${seconds} s; ${peers.ffmpeg ?? 'ffmpeg is not installed'}`);
    console.log(
      pinned ? 'on one core but for the last row (taskset -c 0)' : 'taskset is not installed: on all cores',
    );
    const figures = await timeCommands(commands, full ? 5 : 3);
    const rows = Object.entries(figures).map(([what, { wall, cpu }]) => ({
      what,
      wall: wall.median,
      cpu: cpu.median,
      'cpu least': cpu.min,
      'cpu most': cpu.max,
      'x real time by cpu': seconds / cpu.median,
    }));
    printTable(rows);
    const { cpu } = figures[ONE_PASS];
    const adaptive = { median: seconds / cpu.median, min: seconds / cpu.max, max: seconds / cpu.min };
    /** Times real time on a machine where a chain of ffmpeg takes what was promised. */
    const scaledBy = (chain) =>
      peers.ffmpeg ? (adaptive.median * figures[chain].cpu.median) / seconds / PROMISED : null;
    const [adaptiveByOneThread, adaptiveByThreads] = [scaledBy(ALONE), scaledBy(AS_IT_IS)];
    console.log(
      `times real time of one core: ${adaptive.median.toFixed(0)} here (${adaptive.min.toFixed(0)} to ${adaptive.max.toFixed(0)})`,
    );
    if (peers.ffmpeg) {
      console.log(
        `${adaptiveByThreads.toFixed(0)} where ffmpeg takes 3.7 s for 600 s with the threads it chooses, ` +
          `${adaptiveByOneThread.toFixed(0)} where it does with one`,
      );
    }
    const adaptiveHour = full ? anHour(path) : null;
    return {
      seconds,
      ffmpeg: peers.ffmpeg,
      pinned: pinned !== '',
      rows,
      figures: { adaptive, adaptiveByThreads, adaptiveByOneThread, ...(adaptiveHour && { adaptiveHour }) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
