import { audioFormat } from '../audio/format.ts';
import { demoPiece } from '../demo/demo-piece.ts';
import { writeAudio } from '../engine/files/write-audio.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import type { Command } from './command.ts';
import { numberIn, oneOf } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { standardOutput } from './standard-streams.ts';

/** Longest piece: a WAV of 4 GiB and more is no demo. */
const MAX_SECONDS = 36_000;

/** `auralis-stream demo`: something to master when nothing is at hand. */
export const demoCommand: Command = {
  words: [],
  options: {
    seconds: { type: 'string', requiresArg: true, describe: 'length (default 20)' },
    rate: { type: 'string', requiresArg: true, describe: 'sample rate in Hz (default 44100)' },
    format: {
      type: 'string',
      requiresArg: true,
      describe: `samples: ${OUTPUT_FORMATS.join(', ')} (default s16)`,
    },
  },
  examples: [['auralis-stream demo | auralis-stream mastering > mastered.wav', 'a first listen']],
  run: async (args) => {
    const seconds = numberIn(args, 'seconds', { min: 0.1, max: MAX_SECONDS, whole: false }) ?? 20;
    const sampleRate = numberIn(args, 'rate', { min: 8000, max: 192000, whole: true }) ?? 44100;
    const sampleFormat = oneOf(args, 'format', OUTPUT_FORMATS) ?? 's16';
    const frames = Math.round(seconds * sampleRate);
    const output = standardOutput();
    const signals = abortOnSignals([output]);
    try {
      await writeAudio(demoPiece({ seconds, sampleRate }), {
        output,
        format: audioFormat(sampleRate, 2),
        sampleFormat,
        frames,
        signal: signals.signal,
      });
      return signals.exitCode();
    } finally {
      signals.release();
    }
  },
};
