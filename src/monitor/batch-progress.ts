import type { TrackReport } from './batch-report.ts';

/** How it is with a queue: whether workers take from it, nobody does, it is paused, or it does not answer. */
export type QueueState = 'paused' | 'served' | 'unreachable' | 'unserved';

/** News of a batch: where a track stands, or that it has ended. A lane does one track after the other. */
export type BatchProgress =
  | {
      readonly type: 'track';
      readonly lane: number;
      readonly input: string;
      /** What is being done to it. */
      readonly phase: string;
      /** From 0 to 1; null where it is not known. */
      readonly share: number | null;
    }
  | {
      readonly type: 'end';
      readonly lane: number;
      readonly track: TrackReport;
      /** Tracks that have ended, this one too. */
      readonly ended: number;
      /** Tracks in the batch. */
      readonly total: number;
      /** Seconds until the end, by the bytes that are left; null where it is not known. */
      readonly eta: number | null;
    }
  | { readonly type: 'queue'; readonly state: QueueState };

/** The line of text for what a queue has come to. */
export function queueLine(state: QueueState): string {
  return QUEUE_WORDS[state];
}

const QUEUE_WORDS: Readonly<Record<QueueState, string>> = {
  paused: 'the queue is paused',
  served: 'workers take from the queue',
  unreachable: 'the queue does not answer, trying again',
  unserved: 'no worker takes from the queue',
};

/** A level as people read it. */
const level = (value: number | null): string => (Number.isFinite(value) ? value!.toFixed(2) : '-inf');

/** The line of text for a track that has ended: `finished a.wav: -20.10 -> -16.00 LUFS, -1.02 dBTP`, and what was odd. */
export function trackLine({ status, input, before, after, warnings, error }: TrackReport): string {
  if (error !== null) return `${status} ${error.startsWith(input) ? '' : `${input}: `}${error}`;
  if (before === null || after === null) return `${status} ${input}`;
  const { integrated, truePeak } = after;
  const line = `${status} ${input}: ${level(before.integrated)} -> ${level(integrated)} LUFS, ${level(truePeak)} dBTP`;
  return [line, ...warnings].join('; ');
}
