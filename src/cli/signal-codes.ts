/** Exit codes by the shell's rule, 128 + number of the signal. */
export const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The signals that ask a process to end. */
export type StopSignal = keyof typeof SIGNAL_CODES;
/** Those of them that never mean anything else: where a pipeline runs, SIGHUP reads it again. */
export const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
/** All of them, for what has nothing to read again. */
export const ALL_STOP_SIGNALS: readonly StopSignal[] = ['SIGHUP', ...STOP_SIGNALS];
