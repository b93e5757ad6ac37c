// How long until the first byte? From the start of the process to the first byte of output, beside Node's own start to its
// first byte, and to the end of --version; ffmpeg and SoX beside them. Input: a WAV of one second from a file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHAIN } from './chain.js';
import { inFolder, writeWav } from './material.js';
import { inTurns, mapValues, printTable, spread } from './measure.js';
import { peers } from './peers.js';

export const question = 'ms from the start of a process to its first byte of output';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** ms until the first byte. */
const firstByte =
  (input, program, ...words) =>
  async () => {
    const file = openSync(input, 'r');
    const began = performance.now();
    const child = spawn(program, words, { stdio: [file, 'pipe', 'inherit'] });
    closeSync(file);
    await once(child.stdout, 'data');
    const time = performance.now() - began;
    child.stdout.resume();
    await once(child, 'close');
    return time;
  };

export function run({ full }) {
  return inFolder(async (path) => {
    const input = path('in.wav');
    writeWav(input, 1);
    writeFileSync(path('chain.json'), JSON.stringify(CHAIN));
    const node = (...words) => firstByte(input, process.execPath, ...words);
    const tasks = {
      'Node itself': node('-e', 'require("fs").writeSync(1, "x")'),
      'our chain': node(CLI, path('chain.json')),
      'our mastering': node(CLI, 'mastering'),
      '--version': node(CLI, '--version'),
      ...(peers.ffmpeg && {
        ffmpeg: firstByte(input, 'ffmpeg', ...'-v error -i - -f wav -'.split(' ')),
      }),
      ...(peers.sox && { SoX: firstByte(input, 'sox', ...'-t wav - -t wav - gain -1'.split(' ')) }),
    };
    const figures = mapValues(await inTurns(tasks, full ? 21 : 3), spread);
    const own = figures['Node itself'].median;
    const rows = Object.entries(figures).map(([what, { median, min, max }]) => ({
      what,
      ms: median,
      min,
      max,
      "after Node's start": /our|version/.test(what) ? median - own : null,
    }));
    printTable(rows);
    return { rows, figures: { startup: figures['our mastering'].median - own } };
  });
}
