import { statSync } from 'node:fs';
import { outputError, usageError } from '../audio/errors.ts';
import { chooseBackend } from '../dsp/kernel-memory.ts';
import { SYSTEM_CLOCK } from '../engine/air/air-clock.ts';
import type { AirListener } from '../engine/air/air-event.ts';
import { AirInput, type AirInputOptions, type ProgrammeSource } from '../engine/air/air-input.ts';
import { CLOCK_MS, HELD_MS } from '../engine/air/air-rules.ts';
import { EventLog } from '../engine/air/event-log.ts';
import { ComfortNoise, type Fallback, SILENCE } from '../engine/air/fallback.ts';
import { LoopedFile } from '../engine/air/looped-file.ts';
import { namedPipe } from '../engine/air/named-pipe.ts';
import { decodedStream } from '../engine/files/codec-input.ts';
import { LIVE_READ_BYTES } from '../engine/files/rotating-reader.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import type { RunOptions } from '../engine/run/run-options.ts';
import type { ThreadCount } from '../engine/thread-count.ts';
import type { AudioHeader } from '../io/stream-decoder.ts';
import { RotatingFile } from '../monitor/rotating-file.ts';
import type { Arguments, CommandOptions } from './command.ts';
import type { FilesInUse } from './files-in-use.ts';
import { duration, numberIn, oneOf, text } from './option-value.ts';
import { say } from './say.ts';
import { backendOf, blockFramesOf, seedOf, threadsOf } from './shared-options.ts';
import { type OpenInput, openInput } from './standard-streams.ts';

/** Frames at a time with `--live`: 10 ms of what is usual. */
const LIVE_BLOCK_FRAMES = 512;
/** An event takes about 100 bytes; a full file becomes FILE.1, and the oldest of four goes. */
const EVENT_FILES = { maxBytes: 4e6, keep: 3 };

/** Options of a stream that never stops. */
export const AIR_OPTIONS: CommandOptions = {
  live: { type: 'boolean', describe: 'little delay: small reads, small blocks; the delay is printed' },
  pace: { type: 'boolean', describe: 'never faster than the sample rate, as from a file' },
  clock: {
    type: 'boolean',
    describe: 'with --pace: absorb the drift of the clock that the input comes by, 100 ms late',
  },
  fallback: {
    type: 'string',
    requiresArg: true,
    describe: 'what is heard when the input has no programme: silence, noise, or a FILE in a loop',
  },
  'on-end': {
    type: 'string',
    requiresArg: true,
    describe: 'where the input ends: exit (default), or fallback; a named pipe waits for its next writer',
  },
  'starve-after': {
    type: 'string',
    requiresArg: true,
    describe: 'no programme when nothing comes for so long (default 500ms)',
  },
  'silence-below': {
    type: 'string',
    requiresArg: true,
    describe: 'silence has no peak above this, in dBFS (default -60)',
  },
  'silence-after': {
    type: 'string',
    requiresArg: true,
    describe: 'no programme when it is silent for so long (default 20s)',
  },
  'back-after': {
    type: 'string',
    requiresArg: true,
    describe: 'back to the programme when it has been good for so long (default 2s)',
  },
  events: {
    type: 'string',
    requiresArg: true,
    describe: 'append what happens on air to FILE, as JSON lines',
  },
};

/** Options that say how the programme is watched. */
const WATCH = ['starve-after', 'silence-below', 'silence-after', 'back-after'];

/** Refuses checkpoints of a stream in which what is heard depends on when it came: no other run could go on with it. */
export function refuseCheckpointsOnAir(args: Arguments): void {
  const wanted = ['checkpoint', 'resume'].find((name) => args[name] !== undefined);
  const onAir = ['fallback', 'pace'].find((name) => args[name] !== undefined && args[name] !== false);
  const air = onAir ?? (args['on-end'] === 'fallback' ? 'on-end fallback' : undefined);
  if (wanted === undefined || air === undefined) return;
  throw usageError(
    `--${wanted}: not with --${air}, what is heard then goes by the clock and not by the input alone`,
  );
}

/** Frames at a time: few with `--live`, unless they are given. */
export function blockFramesFor(args: Arguments): number {
  const given = args['block-frames'] !== undefined;
  return args.live === true && !given ? LIVE_BLOCK_FRAMES : blockFramesOf(args);
}

/** Threads for the stages; more than one hold the output back, for seconds. */
export function threadsFor(args: Arguments): ThreadCount {
  const threads = threadsOf(args) ?? 1;
  if (args.live !== true || threads === 1) return threads;
  throw usageError(
    `--threads ${threads}: holds the output back for seconds; with --live there is one thread`,
  );
}

/** Opens the event log. */
export function openEvents(args: Arguments, files: FilesInUse): EventLog {
  const target = text(args, 'events');
  const tell = (word: string): void => {
    if (args.quiet !== true) say(word);
  };
  if (target === undefined) return new EventLog(null, SYSTEM_CLOCK, tell);
  files.claim('--events', target);
  try {
    return new EventLog(new RotatingFile(target, EVENT_FILES), SYSTEM_CLOCK, tell);
  } catch (cause) {
    throw outputError(`--events ${target}: ${systemReason(cause)}`, { cause });
  }
}

/** An input, and what the run has to know of it. */
export interface RunInput extends OpenInput, Pick<RunOptions, 'raw' | 'sampleFormat' | 'onStage'> {
  /** ms by which it is late. */
  readonly held: number;
}

/** Opens IN as the command line asks: as it is, or kept going by a fallback. */
export async function openRunInput(
  args: Arguments,
  { raw, sampleFormat }: Pick<RunOptions, 'raw' | 'sampleFormat'>,
  tell: AirListener,
): Promise<RunInput> {
  const path = text(args, 'in');
  const rules = {
    timeout: duration(args, 'stall-timeout') ?? Number.POSITIVE_INFINITY,
    ...(args.live === true ? { readBytes: LIVE_READ_BYTES } : {}),
  };
  const air = airOptions(args);
  if (air === null) return { ...openInput(path, rules), raw, sampleFormat, held: 0 };
  let plain: OpenInput | null = null;
  const openPlain = (): OpenInput => {
    plain = openInput(path, rules);
    return plain;
  };
  const waits = air.onEnd === 'fallback' && path !== undefined && isNamedPipe(path);
  const source: ProgrammeSource = waits
    ? namedPipe(path, rules.readBytes ?? 65536)
    : {
        name: path === undefined || path === '-' ? 'stdin' : path,
        connect: (signal) =>
          raw ? Promise.resolve(openPlain().stream) : decodedStream(openPlain().stream, signal),
        reconnects: false,
      };
  const input = await AirInput.open({ ...air, source, raw, onEvent: tell });
  return {
    name: source.name,
    stream: input,
    hasStalled: () => plain?.hasStalled() ?? false,
    metadataBehind: [],
    raw: input.raw,
    sampleFormat: sampleFormat ?? input.sampleFormat,
    held: (air.fallback === null ? 0 : HELD_MS) + (air.absorb ? CLOCK_MS : 0),
    onStage: (frame, stage, failure) =>
      tell(
        failure === null
          ? { event: 'restored', frame, stage }
          : { event: 'bypassed', frame, stage, reason: failure },
      ),
  };
}

const isNamedPipe = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;

/** What is said of a stream on air, or null where nothing is. */
function airOptions(args: Arguments): Omit<AirInputOptions, 'source' | 'raw' | 'onEvent'> | null {
  const onEnd = oneOf(args, 'on-end', ['exit', 'fallback']) ?? 'exit';
  const choice = text(args, 'fallback') ?? (onEnd === 'fallback' ? 'silence' : undefined);
  const alone = choice === undefined ? WATCH.find((name) => args[name] !== undefined) : undefined;
  if (alone !== undefined) throw usageError(`--${alone}: needs --fallback silence, noise or FILE`);
  if (args.clock === true && args.pace !== true) throw usageError('--clock: needs --pace');
  if (choice === undefined && args.pace !== true) return null;
  const backend = chooseBackend(backendOf(args));
  return {
    fallback: choice === undefined ? null : ({ format }) => fallbackOf(choice, format, seedOf(args), backend),
    onEnd,
    pace: args.pace === true,
    absorb: args.clock === true,
    live: args.live === true,
    starveAfter: duration(args, 'starve-after') ?? 500,
    backAfter: duration(args, 'back-after') ?? 2000,
    silenceBelow: numberIn(args, 'silence-below', { min: -120, max: 0, whole: false }) ?? -60,
    silenceAfter: duration(args, 'silence-after') ?? 20_000,
    backend,
    clock: SYSTEM_CLOCK,
  };
}

function fallbackOf(
  choice: string,
  format: AudioHeader['format'],
  seed: number,
  backend: AirInputOptions['backend'],
): Fallback {
  if (choice === 'silence') return SILENCE;
  return choice === 'noise' ? new ComfortNoise(seed) : new LoopedFile(choice, format, backend);
}
