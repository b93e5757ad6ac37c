import type { Writable } from 'node:stream';

/** Exit codes by the shell's rule, 128 + number of the signal. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
/** How long an output that takes nothing may hold up the end, in ms. */
const GRACE = 1000;

/** What a signal does to a run. */
export interface SignalWatch {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code: 130 or 143 after a signal, else 0. */
  readonly exitCode: () => number;
  /** Gives the signals back to the system. */
  readonly release: () => void;
}

/**
 * The first SIGINT or SIGTERM ends the run in good order. A second one ends the process at once, and so does an
 * output whose reader takes nothing more: nothing that is still waiting could be saved then. Without
 * an output, as where there are many, the end is waited for.
 */
export function abortOnSignals(outputs: readonly Writable[]): SignalWatch {
  const controller = new AbortController();
  let exitCode = 0;
  let taken = true;
  let patience: NodeJS.Timeout | undefined;
  const onDrain = (): void => {
    taken = true;
  };
  const onSignal = (name: keyof typeof SIGNAL_CODES): void => {
    if (exitCode !== 0) process.exit(exitCode);
    exitCode = SIGNAL_CODES[name];
    controller.abort();
    if (outputs.length === 0) return;
    taken = false;
    patience = setInterval(() => {
      if (!taken) process.exit(exitCode);
      taken = false;
    }, GRACE);
  };
  const names = Object.keys(SIGNAL_CODES) as (keyof typeof SIGNAL_CODES)[];
  for (const output of outputs) output.on('drain', onDrain);
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      clearInterval(patience);
      for (const output of outputs) output.off('drain', onDrain);
      for (const name of names) process.off(name, onSignal);
    },
  };
}
