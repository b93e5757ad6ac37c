// What does a compressor cost? Detectors, knees, a key, several bands; both backends, samples in memory.
import { compareChains } from './compare-backends.js';
import { printTable } from './measure.js';

export const question =
  'ns per stereo frame of the dynamics stages, 44.1 kHz, blocks of 4096, samples in memory';

const COMPRESSOR = { stage: 'compressor', threshold: -24, ratio: 2, attack: 20, release: 250, knee: 9 };

const CHAINS = {
  'compressor, peak': [COMPRESSOR],
  'compressor, rms': [{ ...COMPRESSOR, detection: 'rms' }],
  'compressor, feedback': [{ ...COMPRESSOR, topology: 'feedback' }],
  gate: [{ stage: 'gate', threshold: -40 }],
  deesser: [{ stage: 'deesser' }],
  'dynamic-eq, one band': [{ stage: 'dynamic-eq', bands: [{ freq: 3000, threshold: -30, ratio: 3, q: 2 }] }],
  'multiband, three bands': [
    {
      stage: 'multiband-compressor',
      freqs: [120, 2000],
      bands: [-24, -24, -28].map((threshold) => ({ threshold, ratio: 2 })),
    },
  ],
  agc: [{ stage: 'agc' }],
};

export async function run(options) {
  const rows = await compareChains(CHAINS, options);
  printTable(rows);
  return { rows };
}
