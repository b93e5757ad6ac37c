// Killed by SIGKILL at random moments and started again with --resume, again and again: the output has the bytes of a run
// that was let alone. In full 50 kills, spread over five ways of running; short form five.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeEvidence } from './evidence.js';
import { dice } from './fuzz-case.js';
import { wavHeader } from './wav-header.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const RATE = 44100;
const MINUTES = 4;

/** A 16-bit stereo WAV of noise that swells and has pauses. */
function writeInput(path, minutes, seed) {
  const frames = RATE * 60 * minutes;
  const bytes = Buffer.alloc(44 + 4 * frames);
  bytes.set(wavHeader(4 * frames, RATE));
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset + 44, 2 * frames);
  const roll = dice(seed);
  const noise = Int16Array.from({ length: 65521 }, () => roll(60000) - 30000);
  for (let i = 0; i < frames; i++) {
    const second = Math.floor(i / RATE);
    const level = second % 17 === 16 ? 0 : (1 + (second % 11)) / 12;
    samples[2 * i] = level * noise[i % 65521];
    samples[2 * i + 1] = level * noise[(3 * i) % 65521];
  }
  writeFileSync(path, bytes);
}

/** A chain with everything that remembers: meters, delays, a limiter, a gain that is on its way for most of the run. */
const CHAIN = {
  name: 'all-sorts',
  stages: [
    { stage: 'gain', gain: -6 },
    { stage: 'eq', bands: [{ type: 'peaking', freq: 900, gain: 4, q: 1 }] },
    { stage: 'psychoacoustic-eq' },
    { stage: 'saturator', drive: 6 },
    { stage: 'delay', time: 300, mix: 0.2 },
    { stage: 'loudness-normalize', target: -16 },
    { stage: 'analyzer' },
    { stage: 'loudness' },
  ],
  automation: [{ at: 5, set: 'gain.gain', to: 3, over: 200 }],
};

/** The ways of running: a name, words and options; whether the input and the output are pipes. */
const waysIn = (file) => [
  { name: 'mastering, file to file', words: ['mastering'] },
  {
    name: 'broadcast, file to file, 24 bits, shaped',
    words: ['broadcast', '--format', 's24', '--dither', 'shaped'],
  },
  { name: 'three-band at 48 kHz, pipe to stream', words: ['three-band', '--rate', '48000'], pipes: true },
  { name: 'all-sorts with a moving gain, file to file', words: [file('chain.json'), '--format', 's16'] },
  {
    name: 'podcast, two WAVs in a row, reset between them',
    words: ['podcast', '--on-track', 'reset'],
    input: 'two.wav',
  },
];

const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Starts a run; what it says goes to `told`. */
function start({ words, input = 'in.wav', pipes }, { file, out, options, told }) {
  const sink = pipes ? openSync(out, 'a') : 'ignore';
  const ends = pipes ? [] : [file(input), out];
  const child = spawn(process.execPath, [CLI, words[0], ...ends, ...words.slice(1), ...options, '--quiet'], {
    stdio: [pipes ? 'pipe' : 'ignore', sink, 'pipe'],
  });
  child.stderr.on('data', (chunk) => told.push(chunk.toString()));
  if (pipes) {
    closeSync(sink);
    child.stdin.on('error', () => {});
    createReadStream(file(input)).pipe(child.stdin);
  }
  return child;
}

/** Puts an output stream back to where the checkpoint stands, as its reader has to. */
function cutBack(checkpoint, out) {
  if (!existsSync(out)) return;
  if (!existsSync(checkpoint)) {
    truncateSync(out, 0);
    return;
  }
  const { stdout } = spawnSync(process.execPath, [CLI, 'checkpoint', checkpoint, '--json'], {
    encoding: 'utf8',
  });
  truncateSync(out, JSON.parse(stdout).outputByte);
}

/** A random moment of a run: one in five at any time, the others after it has written a checkpoint of its own. */
async function momentIn(checkpoint, child, alone, roll) {
  if (roll(5) === 0) return pause(roll(Math.ceil(alone)));
  const before = statSync(checkpoint, { throwIfNoEntry: false })?.mtimeMs;
  const isNew = () => (statSync(checkpoint, { throwIfNoEntry: false })?.mtimeMs ?? before) !== before;
  while (child.exitCode === null && !isNew()) await pause(5);
  return pause(roll(Math.ceil(0.6 * alone)));
}

/** Kills a way of running `kills` times and gives what went wrong, and how often there was a checkpoint to go on from. */
async function torment(way, kills, file, roll) {
  const failures = [];
  const whole = file('whole.wav');
  const began = performance.now();
  await once(start(way, { file, out: whole, options: [], told: [] }), 'close');
  const alone = performance.now() - began;
  const expected = hashOf(whole);
  rmSync(whole);
  const checkpoint = file('run.ckpt');
  const out = file('out.wav');
  const tally = { outputs: 0, resumed: 0 };
  for (let killed = 0, after = 0; killed < kills || after > 0; ) {
    if (way.pipes) cutBack(checkpoint, out);
    if (existsSync(checkpoint)) tally.resumed++;
    const told = [];
    const blocks = String([4096, 1000, 65536][roll(3)]);
    const options = ['--checkpoint', checkpoint, '--checkpoint-every', '1s', '--resume', checkpoint];
    options.push('--block-frames', blocks, ...(way.pipes ? ['--resume-input', 'start'] : []));
    const child = start(way, { file, out, options, told });
    const exit = once(child, 'close');
    if (killed < kills) await Promise.race([exit, momentIn(checkpoint, child, alone, roll)]);
    else await exit;
    if (child.exitCode === null) child.kill('SIGKILL');
    let [code] = await exit;
    if (code === null) {
      killed++;
      // Killed with its work done, between giving OUT its name and its own end.
      if (!way.pipes && existsSync(out) && !existsSync(checkpoint)) code = 0;
    }
    if (code === null) {
      after++;
      continue;
    }
    tally.outputs++;
    if (code !== 0 || told.length > 0) failures.push(`${way.name}: code ${code}, ${told.join('').trim()}`);
    else if (hashOf(out) !== expected) failures.push(`${way.name}: other bytes after ${after} kills`);
    if (existsSync(checkpoint)) failures.push(`${way.name}: the checkpoint is there at the end`);
    rmSync(out, { force: true });
    rmSync(checkpoint, { force: true });
    for (const left of readdirSync(file('.')).filter((name) => name.endsWith('.part'))) rmSync(file(left));
    after = 0;
    if (failures.length > 3) break;
  }
  return { ...tally, failures };
}

export async function run({ short }) {
  const kills = short ? 5 : 50;
  const folder = mkdtempSync(join(tmpdir(), 'auralis-resume-'));
  const file = (name) => join(folder, name);
  try {
    writeInput(file('in.wav'), short ? 0.7 : MINUTES, 1);
    writeInput(file('two.wav'), short ? 0.3 : MINUTES / 2, 2);
    appendFileSync(file('two.wav'), readFileSync(file('two.wav')));
    writeFileSync(file('chain.json'), JSON.stringify(CHAIN));
    const roll = dice(11);
    const ways = waysIn(file);
    const failures = [];
    const lines = [];
    for (const way of ways) {
      const result = await torment(way, kills / ways.length, file, roll);
      failures.push(...result.failures);
      lines.push(
        `${way.name}: ${kills / ways.length} kills, ${result.resumed} starts from a checkpoint, ${result.outputs} outputs, ${result.failures.length === 0 ? 'all' : 'NOT all'} with the bytes of a run let alone`,
      );
      console.log(lines.at(-1));
    }
    for (const failure of failures) console.log(failure);
    console.log(failures.length === 0 ? 'resume: passed' : 'resume: FAILED');
    if (!short) {
      const title = 'Killed by SIGKILL and resumed: the same bytes';
      writeEvidence(
        'resume',
        title,
        lines.map((line) => `- ${line}`),
      );
    }
    return failures.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
