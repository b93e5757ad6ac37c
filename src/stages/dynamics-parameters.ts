import { choice, number, optionalNumber } from './parameters.ts';

/** A time constant: how long until 63.2 % of a move in dB is done. */
export const timeConstant = (initial: number, max: number, doc: string) =>
  number({ min: 0, max, default: initial, unit: 'ms', doc: `time constant (63.2 %) ${doc}` });

/** How far channels move together. */
export const link = number({
  min: 0,
  max: 1,
  default: 1,
  doc: '1: the loudest channel rules all; 0: each by itself',
  change: 'restart',
});

/** How far a gain sees ahead; it becomes the stage's latency. */
export const lookahead = number({
  min: 0,
  max: 50,
  default: 0,
  unit: 'ms',
  doc: 'how far the detector sees ahead',
  change: 'restart',
});

/** How a detector measures. */
export const detection = {
  detection: choice(['peak', 'rms'], 'peak', 'what the level is: the held peak or the root mean square'),
  window: number({
    min: 1,
    max: 1000,
    default: 10,
    unit: 'ms',
    doc: 'time constant of the mean square, for rms',
  }),
};

const corner = (doc: string) =>
  optionalNumber({
    min: 10,
    max: 40000,
    unit: 'Hz',
    doc: `the detector does not hear ${doc} (12 dB/octave)`,
  });

/** What a detector leaves out of what it hears; the audio itself is not filtered. */
export const keyFilter = {
  keyHighpass: corner('what is below'),
  keyLowpass: corner('what is above'),
};
