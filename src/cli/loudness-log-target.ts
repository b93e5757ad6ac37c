import { outputError, usageError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { LoudnessLog } from '../engine/run/loudness-log.ts';
import { RotatingFile } from '../monitor/rotating-file.ts';
import type { Arguments } from './command.ts';
import type { FilesInUse } from './files-in-use.ts';
import { numberIn, text } from './option-value.ts';

/** A second takes about 180 bytes, so that these defaults hold a week: 16 MB a file, and seven older ones. */
const SIZE_MB = 16;
const OLDER_FILES = 7;

/** Options of a loudness log, for commands that run a pipeline. */
export const LOUDNESS_LOG_OPTIONS = {
  'loudness-log': {
    type: 'string',
    requiresArg: true,
    describe: 'log the loudness of what goes out, a JSON line a second and one an hour',
  },
  'loudness-log-size': {
    type: 'string',
    requiresArg: true,
    describe: `MB of a log file before it becomes FILE.1 (default ${SIZE_MB})`,
  },
  'loudness-log-files': {
    type: 'string',
    requiresArg: true,
    describe: `older log files that stay (default ${OLDER_FILES})`,
  },
} as const;

/** Opens what `--loudness-log` names, or undefined; a file that is there is gone on with. */
export function openLoudnessLog(args: Arguments, files: FilesInUse): LoudnessLog | undefined {
  const target = text(args, 'loudness-log');
  const size = numberIn(args, 'loudness-log-size', { min: 0.001, max: 100000, whole: false }) ?? SIZE_MB;
  const keep = numberIn(args, 'loudness-log-files', { min: 0, max: 1000, whole: true }) ?? OLDER_FILES;
  if (target === undefined) {
    const alone = ['loudness-log-size', 'loudness-log-files'].find((name) => args[name] !== undefined);
    if (alone !== undefined) throw usageError(`--${alone}: needs --loudness-log FILE`);
    return undefined;
  }
  files.claim('--loudness-log', target);
  try {
    return new LoudnessLog(new RotatingFile(target, { maxBytes: size * 1e6, keep }));
  } catch (cause) {
    throw outputError(`--loudness-log ${target}: ${systemReason(cause)}`, { cause });
  }
}
