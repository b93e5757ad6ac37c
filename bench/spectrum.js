// How fast is the spectrum analysis? 180 s of stereo at 44.1 kHz: programme, mid and side, 4096 points, 75 % overlap, with
// the FFT, three band sets, all features and the tempo; in this process with samples in (shared) memory and workers warm,
// on one thread and on two, without decoding and the start of a process; beside it the command line on the same piece
// as a file, whole; then where threads begin to pay.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { audioFormat } from '../dist/audio/format.js';
import { demoPiece } from '../dist/demo/demo-piece.js';
import { analyseSpectrum } from '../dist/engine/spectrum-analysis.js';
import { SpectrumPool } from '../dist/engine/spectrum-pool.js';
import { printTable, spread, timeInTurns } from './measure.js';

export const question =
  'ms for the spectrum and features of 180 s of stereo in memory, 44.1 kHz, workers warm';

const RATE = 44100;
const FORMAT = audioFormat(RATE, 2);
const SECONDS = 180;
const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** The demo piece, on memory that threads share. */
function programme(seconds) {
  const channels = [0, 1].map(() => new Float32Array(new SharedArrayBuffer(4 * seconds * RATE)));
  let at = 0;
  for (const block of demoPiece({ seconds, sampleRate: RATE })) {
    for (const n of [0, 1]) channels[n].set(block.channels[n].subarray(0, block.frames), at);
    at += block.frames;
  }
  return channels;
}

async function timed(audio, options) {
  const before = process.cpuUsage();
  const began = performance.now();
  const total = await analyseSpectrum(audio, { format: FORMAT, ...options });
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpu: (user + system) / 1000, figures: JSON.stringify(total.result()) };
}

/** The command line on a file of the same piece, on one thread and on two: seconds of wall and processor. */
function wholeProcess(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-bench-'));
  try {
    const file = join(folder, 'demo.wav');
    const out = openSync(file, 'w');
    const made = spawnSync('node', [CLI, 'demo', '--seconds', String(SECONDS)], {
      stdio: ['ignore', out, 'pipe'],
    });
    closeSync(out);
    if (made.status !== 0) throw new Error(`demo: ${made.stderr}`);
    const analyze = `node ${CLI} analyze --only spectrum,features --json --quiet`;
    return timeInTurns(
      { '1 thread': `${analyze} --threads 1 < ${file}`, '2 threads': `${analyze} --threads 2 < ${file}` },
      rounds,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where threads begin to gain: serial against two warm threads for short pieces. */
async function crossover(audio, pool) {
  const rows = [];
  for (const seconds of [3, 6, 10, 20, 60, 180]) {
    const part = audio.map((channel) => channel.subarray(0, seconds * RATE));
    const [serial, cold, warm] = [[], [], []];
    for (let round = 0; round < 7; round++) {
      serial.push((await timed(part, { threads: 1 })).ms);
      cold.push((await timed(part, { threads: 2, threshold: 0 })).ms);
      warm.push((await timed(part, { pool, threshold: 0 })).ms);
    }
    const [one, fresh, two] = [serial, cold, warm].map((times) => spread(times).median);
    rows.push({ seconds, 'serial ms': one, '2 threads, cold ms': fresh, '2 threads, warm ms': two });
  }
  printTable(rows);
  return rows;
}

const PEER = `
import sys, time
try:
    import numpy as np
    from scipy.signal import get_window
    from scipy.fft import rfft
except ImportError as error:
    print("absent", error); sys.exit()
rate, n, hop = 44100, 4096, 1024
x = np.random.default_rng(1).standard_normal((2, 180 * rate)).astype(np.float32) * 0.1
edges = [0,100,200,300,400,510,630,770,920,1080,1270,1480,1720,2000,2320,2700,3150,3700,4400,5300,6400,7700,9500,12000,15500,22050]
thirds = 1000 * 10 ** ((np.arange(-17, 15) - 0.5) / 10)
octaves = 1000 * 10 ** ((np.arange(-5, 6) - 0.5) * 0.3)
freqs = np.arange(n // 2 + 1) * rate / n
cuts = [np.searchsorted(freqs, np.minimum(e, 22049)) for e in (edges, thirds, octaves)]
window = get_window("hann", n).astype(np.float32)
def analyse(s):
    previous = None
    frames = np.lib.stride_tricks.sliding_window_view(s, n)[::hop]
    for at in range(0, len(frames), 256):
        p = np.abs(rfft(frames[at:at + 256] * window, axis=1)) ** 2 + 1e-20
        a = np.sqrt(p); t = a.sum(1, keepdims=True)
        c = np.cumsum(a, 1)
        (a * freqs).sum(1) / t[:, 0]; (c >= 0.85 * t).argmax(1)
        np.exp(np.log(p).mean(1)) / p.mean(1); p.max(1) / p.mean(1)
        np.maximum(np.diff(a, axis=0), 0).sum(1)
        for cut in cuts: np.add.reduceat(p, cut[:-1], axis=1)
        (np.diff(np.signbit(frames[at:at + 256]), axis=1)).sum(1)
begun = time.perf_counter()
analyse((x[0] + x[1]) / 2); analyse((x[0] - x[1]) / 2)
print("ms", (time.perf_counter() - begun) * 1000)
`;

/** The same figures of mid and side by NumPy and SciPy, in ms, or why there are none. */
function scipyPeer() {
  const { status, stdout } = spawnSync('python3', ['-c', PEER], { encoding: 'utf8' });
  if (status !== 0) return 'python3 is not installed';
  const [word, ...rest] = stdout.trim().split(' ');
  return word === 'ms' ? Number(rest[0]) : `SciPy is not installed: ${rest.join(' ')}`;
}

export async function run({ full }) {
  const audio = programme(SECONDS);
  const apart = audio.map((channel) => Float32Array.from(channel));
  const pool = new SpectrumPool(2);
  const ways = {
    '1 thread': () => timed(audio, { threads: 1 }),
    '2 threads': () => timed(audio, { pool }),
    '2 threads, samples copied': () => timed(apart, { pool }),
  };
  try {
    const runs = Object.fromEntries(Object.keys(ways).map((what) => [what, []]));
    const figures = new Set();
    for (let round = 0; round < (full ? 31 : 13); round++) {
      for (const [what, way] of Object.entries(ways)) {
        const measured = await way();
        figures.add(measured.figures);
        // The first rounds are for the compilers.
        if (round >= 3) runs[what].push(measured);
      }
    }
    const row = (what, wall, cpu) => {
      const { median, min, max } = spread(wall);
      const realTime = (1000 * SECONDS) / median;
      return { what, ms: median, min, max, 'cpu ms': spread(cpu).median, 'x real time': realTime };
    };
    const rows = Object.entries(runs).map(([what, list]) =>
      row(what, ...['ms', 'cpu'].map((key) => list.map((measured) => measured[key]))),
    );
    for (const [what, { wall, cpu }] of Object.entries(wholeProcess(full ? 15 : 5))) {
      const [walls, cpus] = [wall, cpu].map(({ min, median, max }) =>
        [min, median, max].map((s) => 1000 * s),
      );
      rows.push(row(`analyze FILE, whole process, ${what}`, walls, cpus));
    }
    const peer = scipyPeer();
    if (typeof peer === 'number') rows.push(row('NumPy + SciPy, 1 thread', [peer], [peer]));
    printTable(rows);
    if (typeof peer === 'string') console.log(`peer: ${peer}`);
    const same = figures.size === 1;
    // Neighbours in time are compared: the speed of a shared machine drifts over the rounds.
    const [one, two] = [runs['1 thread'], runs['2 threads']];
    const gain = spread(one.map(({ ms }, round) => ms / two[round].ms)).median;
    console.log(
      `2 threads are ${gain.toFixed(2)} times as fast as 1 (median of ${one.length} pairs of runs); figures ${same ? 'the same to the bit' : 'DIFFER'}`,
    );
    return { rows, gain, same, threshold: await crossover(audio, pool) };
  } finally {
    await pool.close();
  }
}
