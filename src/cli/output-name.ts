import { extname } from 'node:path';
import { usageError } from '../audio/errors.ts';
import { AUDIO_EXTENSIONS } from '../batch/find-files.ts';
import { isEncoded } from '../engine/files/ffmpeg-process.ts';

/** Names of what is written here. */
const WAV_NAMES: readonly string[] = ['.wav', '.wave', '.bwf', '.rf64'];

/** Refuses an OUT whose name says that it is audio in a container that is not written. */
export function checkOutputName(path: string): void {
  const extension = extname(path).toLowerCase();
  if (!AUDIO_EXTENSIONS.includes(extension) || WAV_NAMES.includes(extension) || isEncoded(path)) return;
  throw usageError(`${path}: ${extension} is not written, expected .wav, or .flac, .mp3 or .opus by ffmpeg`);
}
