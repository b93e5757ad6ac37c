import { leaveAtOnce } from './leave-at-once.ts';
import { SIGNAL_CODES, STOP_SIGNALS, type StopSignal } from './signal-codes.ts';

/** For how long after its work a process may be kept by a server that is gone, in ms. */
const GRACE = 1000;

/** What signals ask of a process that works on its own. */
export interface StopSignals {
  /** Aborted by the first signal: to end what runs, and take nothing more. */
  readonly finish: AbortSignal;
  /** Aborted by the second one: to give back what runs. */
  readonly handBack: AbortSignal;
  /** The exit code: 130 or 143 after a signal, else 0. */
  readonly exitCode: () => number;
  /** Gives the signals back to the system; after one of them, nothing that is still open keeps the process for long. */
  readonly release: () => void;
}

/** Lets SIGINT and SIGTERM end a worker in three steps: what runs ends, what runs is given back, the process ends where it stands. */
export function stopOnSignals(onFirst: () => void): StopSignals {
  const [finish, handBack] = [new AbortController(), new AbortController()];
  let exitCode = 0;
  const onSignal = (name: StopSignal): void => {
    if (handBack.signal.aborted) leaveAtOnce(name);
    exitCode = SIGNAL_CODES[name];
    if (finish.signal.aborted) handBack.abort();
    else {
      finish.abort();
      onFirst();
    }
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  return {
    finish: finish.signal,
    handBack: handBack.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const name of STOP_SIGNALS) process.off(name, onSignal);
      if (exitCode !== 0) setTimeout(() => process.exit(exitCode), GRACE).unref();
    },
  };
}
