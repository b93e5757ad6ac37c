// Memory is constant (law 3): ten hours of stereo through the mastering pipeline, generated and piped. Peak resident
// memory stays under 130 MB (median of three runs), and the end stands at most 5 MB above where the same run stood after
// ten minutes of audio. Short form: one hour, once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeEvidence } from './evidence.js';
import { wavHeader } from './wav-header.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const RATE = 44100;
const FRAME_BYTES = 4;
const PIECE_SECONDS = 2;

/** Two seconds of noise under a swell, loud enough for every stage to work. */
function piece() {
  const bytes = Buffer.alloc(RATE * PIECE_SECONDS * FRAME_BYTES);
  let word = 1;
  for (let at = 0; at < bytes.length; at += 2) {
    word = (Math.imul(word, 1664525) + 1013904223) | 0;
    const swell = 0.1 + 0.9 * Math.abs(Math.sin((Math.PI * at) / bytes.length));
    bytes.writeInt16LE(Math.round((word / 2 ** 31) * 0.9 * swell * 32767), at);
  }
  return bytes;
}

/** Resident memory of a process in MB: now, and the highest so far. */
function residentOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

async function runOnce(seconds, tenMinutes) {
  const child = spawn(process.execPath, [CLI, 'mastering', '--quiet'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let bytesOut = 0;
  child.stdout.on('data', (chunk) => {
    bytesOut += chunk.length;
  });
  const audio = piece();
  let atTenMinutes = null;
  child.stdin.write(wavHeader(null, RATE));
  for (let at = 0; at < seconds; at += PIECE_SECONDS) {
    if (!child.stdin.write(audio)) await once(child.stdin, 'drain');
    if (at + PIECE_SECONDS === tenMinutes) atTenMinutes = residentOf(child.pid).now;
  }
  // What is left in the pipe does not change the figure; the process must still be there to be asked.
  const { now: atEnd, peak } = residentOf(child.pid);
  child.stdin.end();
  const [code] = await exit;
  const framesOut = (bytesOut - 44) / FRAME_BYTES;
  return {
    peak,
    atTenMinutes,
    atEnd,
    growth: atEnd - atTenMinutes,
    whole: code === 0 && framesOut === seconds * RATE,
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export async function run({ short }) {
  if (process.platform !== 'linux') {
    console.log('memory: reads /proc, so it runs on Linux only; skipped');
    return true;
  }
  const hours = short ? 1 : 10;
  const runs = [];
  for (let n = 0; n < (short ? 1 : 3); n++) {
    const figures = await runOnce(hours * 3600, 600);
    runs.push(figures);
    const { peak, atTenMinutes, atEnd, whole } = figures;
    console.log(
      `${hours} h: peak ${peak.toFixed(1)} MB, after 10 min ${atTenMinutes.toFixed(1)} MB, at the end ${atEnd.toFixed(1)} MB, every frame ${whole ? 'arrived' : 'did NOT arrive'}`,
    );
  }
  const peak = median(runs.map((figures) => figures.peak));
  const growth = median(runs.map((figures) => figures.growth));
  const passed = peak < 130 && growth <= 5 && runs.every(({ whole }) => whole);
  console.log(
    `median peak ${peak.toFixed(1)} MB (limit 130), median growth ${growth.toFixed(1)} MB (limit 5)`,
  );
  console.log(passed ? 'memory: passed' : 'memory: FAILED');
  if (!short) {
    writeEvidence('memory', 'Ten hours in constant memory', [
      '| run | peak MB | after 10 min MB | at the end MB | growth MB | all frames |',
      '|---|---|---|---|---|---|',
      ...runs.map(
        (figures, n) =>
          `| ${n + 1} | ${[figures.peak, figures.atTenMinutes, figures.atEnd, figures.growth].map((v) => v.toFixed(1)).join(' | ')} | ${figures.whole ? 'yes' : 'no'} |`,
      ),
      '',
      `Median peak ${peak.toFixed(1)} MB (limit 130), median growth ${growth.toFixed(1)} MB (limit 5): ${passed ? 'passed' : 'failed'}.`,
    ]);
  }
  return passed;
}
