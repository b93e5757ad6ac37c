/** Exit codes by the shell's rule, 128 + number of the signal. */
export const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The signals that ask a process to end. */
export type StopSignal = keyof typeof SIGNAL_CODES;
export const STOP_SIGNALS = Object.keys(SIGNAL_CODES) as readonly StopSignal[];
