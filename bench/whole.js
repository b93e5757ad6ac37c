// Is the whole process faster than what it replaces? `cat in.wav | auralis-stream chain.json > out.wav` against ffmpeg, SoX
// and Faust's C++ at the same work on the same file, in turns; every ratio is taken within one turn.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHAIN, FFMPEG_CHAIN, SOX_EQ, THREE_EQ, TRUE_PEAK_CHAIN } from './chain.js';
import { inFolder, writeWav } from './material.js';
import { inTurns, mapValues, printTable, spread, timeCommand } from './measure.js';
import { faustChain, peers } from './peers.js';

export const question =
  'seconds for shell pipelines over a stereo s16 WAV at 44.1 kHz (the demo piece, repeated)';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const OURS = `${process.execPath} ${CLI}`;

/** The help of the command line, or of one of its commands. */
const help = (...words) =>
  spawnSync(process.execPath, [CLI, ...words, '--help'], { encoding: 'utf8' }).stdout;

/** What is run, by name; `full` adds what shows why. */
function commandsFor(path, { full }) {
  const input = path('in.wav');
  const from = (command) => `cat ${input} | ${command} > ${path('out.wav')}`;
  const faust = faustChain();
  return {
    'chain, ours': from(`${OURS} ${path('chain.json')}`),
    ...(peers.ffmpeg && {
      'chain, ffmpeg': from(`ffmpeg -v error -i - -af "${FFMPEG_CHAIN}" -c:a pcm_s16le -f wav -`),
    }),
    ...(faust && { 'chain, Faust C++': from(faust) }),
    'true-peak chain, ours': from(`${OURS} ${path('true-peak.json')}`),
    'three eq, ours': from(`${OURS} ${path('eq.json')}`),
    ...(peers.sox && { 'three eq, SoX': from(`sox -t wav - -t wav - ${SOX_EQ}`) }),
    'loudness, ours': from(`${OURS} analyze --only loudness,truePeak --json`),
    ...(peers.ffmpeg && {
      'loudness, ffmpeg': from('ffmpeg -v error -nostats -i - -af ebur128=peak=true -f null -'),
    }),
    ...(/--threads/.test(help()) && {
      'true-peak chain, ours, 2 threads': from(`${OURS} ${path('true-peak.json')} --threads 2`),
    }),
    ...(help('master').startsWith('auralis-stream master') && {
      'adaptive master, ours': from(`${OURS} master - -`),
    }),
    ...(full && { 'chain, ours, reference': from(`${OURS} ${path('chain.json')} --backend reference`) }),
  };
}

/** Rounds of all commands over an input of so many seconds. */
async function measure(path, seconds, commands, rounds) {
  writeWav(path('in.wav'), seconds);
  const tasks = mapValues(commands, (command) => () => timeCommand(command));
  return inTurns(tasks, rounds);
}

const rowsOf = (seconds, runs) =>
  Object.entries(runs).map(([what, list]) => {
    const { median, min, max } = spread(list.map(({ wall }) => wall));
    const cpu = spread(list.map((run) => run.cpu)).median;
    return { seconds, what, wall: median, min, max, cpu, 'x real time': seconds / median };
  });

/** Spread of the ratio of two commands' figures, turn by turn; null where one of them is missing. */
function ratio(runs, above, below, figure) {
  if (!runs[above] || !runs[below]) return null;
  return spread(runs[above].map((run, turn) => run[figure] / runs[below][turn][figure]));
}

function figuresOf(runs) {
  return {
    chainWall: ratio(runs, 'chain, ffmpeg', 'chain, ours', 'wall'),
    chainCpu: ratio(runs, 'chain, ours', 'chain, ffmpeg', 'cpu'),
    truePeakWall: ratio(runs, 'chain, ffmpeg', 'true-peak chain, ours', 'wall'),
    faustCpu: ratio(runs, 'chain, Faust C++', 'chain, ours', 'cpu'),
    soxWall: ratio(runs, 'three eq, SoX', 'three eq, ours', 'wall'),
    loudnessWall: ratio(runs, 'loudness, ffmpeg', 'loudness, ours', 'wall'),
    threadsWall: ratio(runs, 'true-peak chain, ours', 'true-peak chain, ours, 2 threads', 'wall'),
  };
}

export function run({ full }) {
  return inFolder(async (path) => {
    writeFileSync(path('chain.json'), JSON.stringify(CHAIN));
    writeFileSync(path('true-peak.json'), JSON.stringify(TRUE_PEAK_CHAIN));
    writeFileSync(path('eq.json'), JSON.stringify(THREE_EQ));
    const commands = commandsFor(path, { full });
    const longest = full ? 600 : 30;
    const runs = await measure(path, longest, commands, full ? 5 : 2);
    const rows = rowsOf(longest, runs);
    printTable(rows);
    const durations = [];
    for (const seconds of full ? [5, 30, 180] : []) {
      durations.push(...rowsOf(seconds, await measure(path, seconds, commands, seconds > 60 ? 3 : 5)));
    }
    if (full) {
      console.log('\nshorter inputs:');
      printTable(durations);
    }
    return { rows, durations, figures: figuresOf(runs) };
  });
}
