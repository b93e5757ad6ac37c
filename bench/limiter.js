// What does a ceiling cost? The limiter at rest and at work, for peaks of the samples and between them.
import { compareChains } from './compare-backends.js';
import { printTable } from './measure.js';

export const question = 'ns per stereo frame of the limiter, 44.1 kHz, blocks of 4096, samples in memory';

const limiter = (ceiling, mode) => [{ stage: 'limiter', ceiling, mode }];

const CHAINS = {
  'sample peak, at rest': limiter(0, 'samplePeak'),
  'sample peak, at work': limiter(-9, 'samplePeak'),
  'true peak, at rest': limiter(0, 'truePeak'),
  'true peak, at work': limiter(-9, 'truePeak'),
  'clipper, four times': [{ stage: 'clipper', drive: 6 }],
};

export async function run(options) {
  const rows = await compareChains(CHAINS, options);
  printTable(rows);
  return { rows };
}
