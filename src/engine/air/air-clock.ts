/** Time outside of the stream. A test has its own, so that it waits for nothing. */
export interface AirClock {
  /** ms from any origin; never goes back. */
  readonly now: () => number;
  /** Calls once, after so many ms; gives what cancels the call. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** For the event log. */
  readonly date: () => Date;
}

/** The clock of the machine. */
export const SYSTEM_CLOCK: AirClock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  date: () => new Date(),
};
