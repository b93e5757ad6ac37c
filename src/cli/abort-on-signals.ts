import type { OutputSink } from '../engine/files/output-sink.ts';
import { leaveAtOnce } from './leave-at-once.ts';
import { ALL_STOP_SIGNALS, SIGNAL_CODES, type StopSignal } from './signal-codes.ts';

/** How long a reader that takes nothing may hold up the end, in ms. */
const GRACE = 1000;

/** What a signal does to a run. */
export interface SignalWatch {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code: 129, 130 or 143 after a signal, else 0. */
  readonly exitCode: () => number;
  /** Gives the signals back to the system. */
  readonly release: () => void;
}

/**
 * The first of `signals` ends the run in good order. A second one ends the process at once, and so does a pipe
 * whose reader takes nothing of what waits for it: that could not be saved. A file is waited for, and so is what is
 * still computed.
 */
export function abortOnSignals(outputs: readonly OutputSink[], signals = ALL_STOP_SIGNALS): SignalWatch {
  const pipes = outputs.filter(({ revision, keep }) => revision === null && keep === null);
  const streams = pipes.map(({ stream }) => stream);
  const controller = new AbortController();
  let exitCode = 0;
  let taken = true;
  let patience: NodeJS.Timeout | undefined;
  const onDrain = (): void => {
    taken = true;
  };
  const isWaiting = (): boolean =>
    streams.some((stream) => stream.writableLength > 0 || (stream.writableEnded && !stream.writableFinished));
  const onSignal = (name: StopSignal): void => {
    if (exitCode !== 0) leaveAtOnce(name);
    exitCode = SIGNAL_CODES[name];
    controller.abort();
    taken = false;
    patience = setInterval(() => {
      if (!taken && isWaiting()) process.exit(exitCode);
      taken = false;
    }, GRACE);
  };
  for (const stream of streams) stream.on('drain', onDrain);
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      clearInterval(patience);
      for (const stream of streams) stream.off('drain', onDrain);
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
