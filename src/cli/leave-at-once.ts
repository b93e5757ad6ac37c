import { SIGNAL_CODES, type StopSignal } from './signal-codes.ts';

/**
 * Ends the process where it stands, by what the system itself does at that signal: `process.exit` would wait for a thread that
 * hangs in the open() or the read() of a pipe. Windows has no such signals.
 */
export function leaveAtOnce(signal: StopSignal): void {
  if (process.platform === 'win32') process.exit(SIGNAL_CODES[signal]);
  // Those who hear it remove what is unfinished.
  process.emit('exit', SIGNAL_CODES[signal]);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
