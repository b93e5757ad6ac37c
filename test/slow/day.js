// A day on air: 24 hours of audio through the pipeline onair, behind a studio with every trouble that there is, some 800
// of them, 240 reloads and 1000 moves of parameters. No frame is lost without an event that says so, every event is logged,
// and memory stays where it was after ten minutes. Time is virtual: the day is as long as its computing takes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { writeEvidence } from './evidence.js';

const STATION = fileURLToPath(new URL('day/station.js', import.meta.url));
const SEED = 1;
/** MB above where it stood after ten minutes. */
const MOST_GROWN = 5;
/** Frames that may be held back at the end, to be faded out: 30 ms. */
const MOST_HELD = 960;

async function figuresOf(hours) {
  const child = spawn(process.execPath, ['--expose-gc', STATION, String(hours), String(SEED)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pieces = [];
  child.stdout.on('data', (piece) => pieces.push(piece));
  const [code] = await once(child, 'close');
  return code === 0 ? JSON.parse(Buffer.concat(pieces)) : null;
}

const listed = (counts) =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

export async function run({ short }) {
  const hours = short ? 1 / 3 : 24;
  const figures = await figuresOf(hours);
  if (figures === null) return false;
  const { memory, asked, heard, wrong, balance } = figures;
  const grown = (name) => Math.max(...memory.map((one) => one[name])) - memory[0][name];
  const claims = [
    ['the day is over', figures.hours >= hours],
    ['as many frames out of the pipeline as into it', figures.framesIn === figures.framesOut],
    [
      'every frame of the programme came out, or was counted as dropped',
      balance >= 0 && balance <= MOST_HELD && wrong.length === 0,
    ],
    ['events are those that the troubles ask for, in order', figures.asExpected === null],
    ['every event is a line of the log, and a word', figures.logged === null],
    [
      'every move and every reload took place',
      heard.move === asked.moves && heard.pipeline === asked.reloads,
    ],
    [`memory grew by ${MOST_GROWN} MB at most`, grown('rss') <= MOST_GROWN],
  ];
  const row = (name) =>
    `| ${name} | ${[memory[0][name], ...[6, 12, 18].map((h) => memory[Math.min(6 * h - 1, memory.length - 1)][name]), memory.at(-1)[name], grown(name)].map((value) => value.toFixed(1)).join(' | ')} |`;
  const lines = [
    `${figures.hours.toFixed(2)} hours of 32 kHz stereo through \`onair\` as \`--live --on-end fallback --fallback noise\` runs it, on a clock of its own`,
    `(seed ${SEED}), in ${(figures.seconds / 60).toFixed(0)} minutes of CPU time.`,
    '',
    `- troubles: ${listed(figures.troubles)}`,
    `- events: ${listed(figures.events)}`,
    `- ${heard.move} of ${asked.moves} moves and ${heard.pipeline} of ${asked.reloads} reloads took place`,
    `- frames: ${figures.framesIn} into the pipeline, ${figures.framesOut} out of it; ${figures.inserted} inserted, ${figures.dropped} dropped, ${balance} held at the end,`,
    `  ${figures.conversionsHeld.frames} held back by changes from 44.1 kHz (${figures.conversionsHeld.most} at most by one)`,
    `- ${figures.checked} frames carried their number, and were the ones that the counts say`,
    ...[...wrong, figures.asExpected, figures.logged]
      .filter((line) => line !== null)
      .map((line) => `- WRONG: ${line}`),
    '',
    'Memory in MB, each time behind a collection:',
    '',
    '| | 10 min | 6 h | 12 h | 18 h | the end | most above 10 min |',
    '|---|---|---|---|---|---|---|',
    ...['rss', 'heapUsed', 'external'].map(row),
    '',
    ...claims.map(([claim, holds]) => `- ${claim}: ${holds ? 'yes' : 'NO'}`),
  ];
  console.log(lines.join('\n'));
  if (!short) writeEvidence('day', 'A day on air', lines);
  return claims.every(([, holds]) => holds);
}
