import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionOptions } from 'bullmq';
import { outputError } from '../../audio/errors.ts';
import { systemReason } from '../../engine/files/system-reason.ts';
import { loadBullmq } from './load-bullmq.ts';
import { parseQueueUrl, type QueueAddress } from './queue-url.ts';

/** Keys of ours on a server begin with this. */
const PREFIX = 'auralis-stream';
/** How long a server may take to answer, at first and at the end, in ms. */
const PATIENCE = 5000;
/** Longest pause between two attempts to reach a server that is gone, in ms. */
const LONGEST_PAUSE = 2000;

/** A server that has answered, and how to reach it again. */
export interface QueueConnection {
  readonly bullmq: typeof import('bullmq');
  readonly address: QueueAddress;
  /** For every queue, worker or listener on it. */
  readonly options: { readonly connection: ConnectionOptions; readonly prefix: string };
  /** Has a server that is gone waited for no longer. */
  readonly giveUp: () => void;
}

/** Asks a server for an answer once; from then on it is waited for, however long it is gone. @throws AuralisError of kind `output` */
export async function connectQueue(url: string): Promise<QueueConnection> {
  const address = parseQueueUrl(url);
  const { bullmq, Redis } = await loadBullmq();
  const client = new Redis(address.url, {
    lazyConnect: true,
    connectTimeout: PATIENCE,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  let reason: unknown;
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (cause) {
    const error = reason ?? cause;
    throw outputError(`--queue ${address.shown}: ${reasonOf(error)}`, { cause: error });
  } finally {
    client.disconnect();
  }
  let isWanted = true;
  const connection = {
    url: address.url,
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => (isWanted ? Math.min(100 * times, LONGEST_PAUSE) : null),
  };
  const giveUp = (): void => {
    isWanted = false;
  };
  return { bullmq, address, options: { connection, prefix: PREFIX }, giveUp };
}

/** Waits for something to close, and no longer than for `PATIENCE`: what a server that is gone keeps open ends with the process. */
export async function closing(work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = pause(PATIENCE, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([work, late]);
  timer.abort();
}

/** Why a server can't be used, in few words. */
function reasonOf(error: unknown): string {
  const reason = systemReason(error);
  if (reason.startsWith('WRONGPASS')) return 'user or password is wrong';
  return reason.startsWith('NOAUTH') ? 'asks for a password, as in redis://:password@host:6379' : reason;
}
