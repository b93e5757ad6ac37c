// Killed at any moment, by SIGINT, SIGTERM or SIGKILL: the output file is absent, or complete, or, where --partial asks
// for it, a part with a header that fits it. In full 200 random moments; short form 40.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeEvidence } from './evidence.js';
import { dice } from './fuzz-case.js';
import { wavHeader } from './wav-header.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'];
const CODES = { SIGINT: 130, SIGTERM: 143 };
const RATE = 48000;
const SECONDS = 60;

/** A minute of 16-bit stereo noise. */
function input() {
  const bytes = Buffer.alloc(44 + RATE * SECONDS * 4);
  bytes.set(wavHeader(bytes.length - 44, RATE));
  const roll = dice(1);
  for (let at = 44; at < bytes.length; at += 2) bytes.writeInt16LE(roll(40000) - 20000, at);
  return bytes;
}

/** What a file is: absent, complete, part (the sizes in its header are those of the file), or broken. */
function judge(path, whole) {
  if (!existsSync(path)) return 'absent';
  const bytes = readFileSync(path);
  if (bytes.equals(whole)) return 'complete';
  const at = bytes.indexOf('data');
  const fits = at > 0 && bytes.readUInt32LE(at + 4) === bytes.length - at - 8;
  const audio = at + 8;
  const same = bytes.subarray(audio, -8192).equals(whole.subarray(audio, bytes.length - 8192));
  return fits && bytes.readUInt32LE(4) === bytes.length - 8 && (same || bytes.length < audio + 8192)
    ? 'part'
    : 'broken';
}

export async function run({ short }) {
  const points = short ? 40 : 200;
  const folder = mkdtempSync(join(tmpdir(), 'auralis-kill-'));
  const file = (name) => join(folder, name);
  writeFileSync(file('in.wav'), input());
  writeFileSync(file('chain.json'), '{"stages":[{"stage":"compressor"},{"stage":"limiter"}]}');
  const start = (out, ...more) =>
    spawn(process.execPath, [CLI, file('chain.json'), file('in.wav'), out, '--quiet', ...more], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });

  const began = performance.now();
  await once(start(file('whole.wav')), 'exit');
  const total = performance.now() - began;
  const whole = readFileSync(file('whole.wav'));

  const roll = dice(7);
  const failures = [];
  const tally = { absent: 0, part: 0, complete: 0 };
  for (let n = 0; n < points; n++) {
    const signal = SIGNALS[roll(3)];
    const partial = roll(2) === 0;
    const at = (roll(1000) / 1000) * total * 1.1;
    const out = file(`out${n}.wav`);
    const child = start(out, ...(partial ? ['--partial'] : []));
    let words = '';
    child.stderr.on('data', (chunk) => {
      words += chunk;
    });
    const exit = once(child, 'close');
    await Promise.race([pause(at), exit]);
    child.kill(signal);
    const [code, by] = await exit;
    const what = judge(out, whole);
    tally[what] = (tally[what] ?? 0) + 1;
    const point = `${signal} after ${at.toFixed(0)} ms${partial ? ', --partial' : ''}`;
    if (what === 'broken' || (what === 'part' && !partial)) failures.push(`${point}: ${what}`);
    // Before the command has come to its handlers, the system ends it by the signal itself.
    const fair = code === 0 || code === CODES[signal] || by === signal;
    if (!fair) failures.push(`${point}: exit code ${code}, ${words.trim()}`);
    rmSync(out, { force: true });
    const left = readdirSync(folder).filter((name) => name.endsWith('.part'));
    if (left.length > 0 && signal !== 'SIGKILL') failures.push(`${point}: left ${left}`);
    for (const name of left) rmSync(file(name));
  }
  rmSync(folder, { recursive: true });
  const lines = [
    `${points} random moments of a run of ${total.toFixed(0)} ms, by ${SIGNALS.join(', ')}, half of them with --partial`,
    `output: ${tally.absent} absent, ${tally.part} partial by request with a header that fits, ${tally.complete} complete`,
  ];
  for (const line of [...lines, ...failures]) console.log(line);
  console.log(failures.length === 0 ? 'kill: passed' : 'kill: FAILED');
  if (!short)
    writeEvidence(
      'kill',
      'Killed at any moment',
      [...lines, ...failures].map((line) => `- ${line}`),
    );
  return failures.length === 0;
}
