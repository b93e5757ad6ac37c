// How fast is the spectrum analysis? 180 s of stereo at 44.1 kHz: programme, mid and side, 4096 points, 75 % overlap, with
// the FFT, three band sets, all features and the tempo; in this process with samples in memory and workers warm, on
// one thread and on two, beside NumPy and SciPy; then where threads begin to pay. It measures no decoding.
import { audioFormat } from '../dist/audio/format.js';
import { analyseSpectrum } from '../dist/engine/analysis/spectrum-analysis.js';
import { SpectrumPool } from '../dist/engine/analysis/spectrum-pool.js';
import { differenceOf } from './difference.js';
import { piece, RATE } from './material.js';
import { inQuietTurns, inTurns, mapValues, printTable, spread } from './measure.js';
import { PythonPeer } from './peers.js';

export const question =
  'ms for the spectrum and features of stereo in memory, 44.1 kHz, workers warm (180 s in full, 20 s in quick)';

const FORMAT = audioFormat(RATE, 2);

async function timed(audio, options) {
  const began = performance.now();
  const total = await analyseSpectrum(audio, { format: FORMAT, ...options });
  return { ms: performance.now() - began, result: total.result() };
}

/** Where threads can read it without a copy. */
const onSharedMemory = (channels) =>
  channels.map((channel) => {
    const shared = new Float32Array(new SharedArrayBuffer(channel.byteLength));
    shared.set(channel);
    return shared;
  });

const milliseconds = (audio, options) => async () => (await timed(audio, options)).ms;

/** What `inQuietTurns` asks for: the work is this process's own. */
const taken = (task) => async () => ({ wall: (await task()) / 1000, cpu: 0 });

/** Where threads begin to gain: serial against two threads, cold and warm, for short pieces. */
async function crossover(audio, pool) {
  const rows = [];
  for (const seconds of [3, 6, 10, 15, 20, 30, 60]) {
    const part = audio.map((channel) => channel.subarray(0, seconds * RATE));
    const figures = await inTurns(
      {
        'serial ms': milliseconds(part, { threads: 1 }),
        '2 threads, cold ms': milliseconds(part, { threads: 2, threshold: 0 }),
        '2 threads, warm ms': milliseconds(part, { pool, threshold: 0 }),
      },
      7,
    );
    rows.push({ seconds, ...mapValues(figures, (list) => spread(list).median) });
  }
  console.log('\nwhere threads begin to pay:');
  printTable(rows);
  return rows;
}

/** All finite numbers of a result, in their order. */
const numbersOf = (value) =>
  typeof value === 'number'
    ? [value]
    : value && typeof value === 'object'
      ? Object.values(value).flatMap(numbersOf)
      : [];

export async function run({ full }) {
  const seconds = full ? 180 : 20;
  const audio = onSharedMemory(piece(seconds));
  const pool = new SpectrumPool(2);
  const peer = await PythonPeer.start('spectrum.py', seconds);
  try {
    // Threads against none in an unbroken row: what runs in between would leave the threads cold.
    const { figures, counted, tried } = await inQuietTurns(
      {
        '1 thread': taken(milliseconds(audio, { threads: 1 })),
        '2 threads': taken(milliseconds(audio, { pool })),
      },
      full ? 21 : 5,
    );
    const threads = mapValues(figures, (list) => list.map(({ wall }) => 1000 * wall));
    const others = await inTurns(
      {
        '1 thread beside these': milliseconds(audio, { threads: 1 }),
        ...(full && { 'reference, 1 thread': milliseconds(audio, { threads: 1, backend: 'reference' }) }),
        ...(peer && { 'SciPy, 1 thread': async () => 1000 * (await peer.seconds('analyse')) }),
      },
      full ? 9 : 3,
    );
    const spreads = mapValues({ ...(counted && threads), ...others }, spread);
    const rows = Object.entries(spreads).map(([what, { median, min, max }]) => ({
      what,
      ms: median,
      min,
      max,
      'x real time': (1000 * seconds) / median,
    }));
    printTable(rows);
    if (peer === null) console.log('not installed: NumPy, SciPy and Numba');
    const results = {
      one: (await timed(audio, { threads: 1 })).result,
      two: (await timed(audio, { pool })).result,
      reference: (
        await timed(
          audio.map((channel) => channel.subarray(0, 10 * RATE)),
          { threads: 1, backend: 'reference' },
        )
      ).result,
      wasm: (
        await timed(
          audio.map((channel) => channel.subarray(0, 10 * RATE)),
          { threads: 1 },
        )
      ).result,
    };
    const same = JSON.stringify(results.one) === JSON.stringify(results.two);
    const finite = (result) => numbersOf(result).map((value) => (Number.isFinite(value) ? value : 0));
    const { largest } = differenceOf([finite(results.reference)], [finite(results.wasm)]);
    const gain = counted ? spread(threads['1 thread'].map((ms, n) => ms / threads['2 threads'][n])) : null;
    console.log(
      gain
        ? `2 threads are ${gain.median.toFixed(2)} times as fast as 1 (${gain.min.toFixed(2)} to ${gain.max.toFixed(2)}, median of ${counted} neighbouring runs; ${tried - counted} of ${tried} left out because other processes worked)`
        : `other processes worked during all of ${tried} rounds: 2 threads against 1 not measured`,
    );
    console.log(
      `figures of 1 and 2 threads ${same ? 'are the same to the bit' : 'DIFFER'}; largest difference of a figure, wasm against reference: ${largest}`,
    );
    return {
      seconds,
      rows,
      gain,
      same,
      'largest difference': largest,
      threshold: full ? await crossover(audio, pool) : null,
      figures: {
        ...(gain && {
          spectrumThreads: gain,
          spectrumRealTime: (1000 * seconds) / spreads['2 threads'].median,
        }),
        ...(peer && {
          spectrum: spreads['SciPy, 1 thread'].median / spreads['1 thread beside these'].median,
        }),
      },
    };
  } finally {
    await pool.close();
    await peer?.end();
  }
}
