import type { Aim } from './rules.ts';
import { COMPRESSOR } from './two-pass.ts';

/** Bounds of the gain towards the loudness in dB, window of the loudness and of the balance in ms. */
export const MOST_GAIN = 30;
const LOUDNESS_WINDOW = 10000;
const BALANCE_WINDOW = 10000;
/** dB/s in which the gain falls, three times as fast as it rises: what follows a quiet beginning is not to go out far too loud. */
const FALL = 3;

/** What a stream is mastered with in one pass, as a pipeline: ears first, loudness and ceiling last, a controller over all. */
export function onePassPipeline(aim: Aim, lookahead: number): object {
  const { preset, mode, reference, amount } = aim;
  return {
    name: 'master',
    stages: [
      { id: 'heard', stage: 'loudness', truePeak: false },
      { stage: 'spectrum', fftSize: 2048, overlap: 25, views: 'programme' },
      { id: 'eq', stage: 'psychoacoustic-eq', window: BALANCE_WINDOW },
      { stage: 'compressor', ...COMPRESSOR },
      { stage: 'stereo' },
      {
        id: 'normalize',
        stage: 'loudness-normalize',
        minGain: -MOST_GAIN,
        maxGain: MOST_GAIN,
        window: LOUDNESS_WINDOW,
        down: FALL,
        lookahead,
      },
      { id: 'made', stage: 'loudness', truePeak: false },
    ],
    controllers: [
      {
        controller: 'adaptive',
        preset,
        mode,
        ...(reference !== null && { reference }),
        amount: 100 * amount,
        hears: { loudness: 'heard', spectrum: 'spectrum', output: 'made' },
        drives: { eq: 'eq', compressor: 'compressor', stereo: 'stereo', normalize: 'normalize' },
      },
    ],
  };
}
