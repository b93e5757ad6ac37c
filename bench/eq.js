// What does tone cost? Cascades of biquads, and the psychoacoustic EQ beside the same overlap-add in NumPy.
import { chainTask, compareChains } from './compare-backends.js';
import { blocksOf, chorus } from './material.js';
import { inTurns, mapValues, printTable, spread } from './measure.js';
import { PythonPeer } from './peers.js';

export const question =
  'ns per stereo frame of the EQs, and us per 4096-frame block against NumPy, samples in memory';

const bands = (count) =>
  Array.from({ length: count }, (_, n) => ({ freq: 60 * 1.6 ** n, gain: n % 2 ? -2 : 2, q: 1 }));
const GAINS = Array.from({ length: 25 }, (_, n) => ((n * 7) % 13) / 2 - 3);

const CHAINS = {
  'one band': [{ stage: 'eq', bands: bands(1) }],
  'three bands': [{ stage: 'eq', bands: bands(3) }],
  'ten bands': [{ stage: 'eq', bands: bands(10) }],
  'highpass, 24 dB/octave': [{ stage: 'highpass', freq: 30, order: 4 }],
  tilt: [{ stage: 'tilt', gain: 2 }],
  'psychoacoustic, fixed gains': [{ stage: 'psychoacoustic-eq', gains: GAINS }],
  'psychoacoustic, listening': [{ stage: 'psychoacoustic-eq' }],
};

const FRAMES = 4096;
/** Blocks in a turn of NumPy (bench/peers/eq.py) and in one of ours, which take about as long. */
const BLOCKS = { NumPy: 16, wasm: 128 };
/** Turns of ours that count for nothing: V8 optimises what it calls, and both sides are asked what they do in the long run. */
const WARM_TURNS = 8;

async function againstNumPy({ full }) {
  const peer = await PythonPeer.start('eq.py');
  if (peer === null) return { rows: [], missing: 'NumPy, SciPy and Numba' };
  const blocks = blocksOf(chorus(), FRAMES);
  const ours = (stage) => {
    const { next } = chainTask('wasm', [stage], { frames: FRAMES, blocks });
    const turn = () => {
      const began = performance.now();
      for (let n = 0; n < BLOCKS.wasm; n++) next();
      return ((performance.now() - began) * 1000) / BLOCKS.wasm;
    };
    for (let n = 0; n < WARM_TURNS; n++) turn();
    return turn;
  };
  const works = {
    'gains alone': { wasm: ours({ stage: 'psychoacoustic-eq', gains: GAINS }), peer: 'chunk' },
    'listening, with masking': { wasm: ours({ stage: 'psychoacoustic-eq' }), peer: 'adaptive' },
  };
  const rows = [];
  for (const [work, { wasm, peer: name }] of Object.entries(works)) {
    const NumPy = async () => ((await peer.seconds(name)) * 1e6) / BLOCKS.NumPy;
    const { wasm: us, NumPy: them } = mapValues(await inTurns({ wasm, NumPy }, full ? 25 : 7), spread);
    rows.push({
      work,
      'wasm us': us.median,
      min: us.min,
      max: us.max,
      'NumPy us': them.median,
      ratio: them.median / us.median,
    });
  }
  await peer.end();
  return { rows, missing: null };
}

export async function run(options) {
  const rows = await compareChains(CHAINS, options);
  printTable(rows);
  console.log('\npsychoacoustic EQ, us per stereo block of 4096 frames, a transform of 4096 every 2048:');
  const { rows: blocks, missing } = await againstNumPy(options);
  if (missing) console.log(`not installed: ${missing}`);
  else printTable(blocks);
  if (!missing) {
    const bare = blocks[0]['NumPy us'] / blocks[1]['wasm us'];
    console.log(`ours with all that it hears against NumPy with the gains alone: ${bare.toFixed(2)}`);
  }
  const figures = missing ? {} : { psychoacoustic: Math.min(...blocks.map(({ ratio }) => ratio)) };
  return { rows, blocks, missing, figures };
}
