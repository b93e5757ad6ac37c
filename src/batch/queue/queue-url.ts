import { usageError } from '../../audio/errors.ts';

/** Where a queue is. */
export interface QueueAddress {
  /** For the client library, with user and password. */
  readonly url: string;
  /** One of several queues on a server. */
  readonly name: string;
  /** For people: without user and password. */
  readonly shown: string;
}

const DEFAULT_NAME = 'tracks';

/**
 * Takes apart the URL of a queue: `redis://[user:password@]host[:port][/database][?queue=name]`, or `rediss://` for TLS.
 * @throws AuralisError of kind `usage`
 */
export function parseQueueUrl(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    // What can't be read may hold a password.
    throw usageError(
      '--queue: not a URL such as redis://host:6379, or rediss://user:password@host:6379 for TLS',
    );
  }
  const shown = `${url.protocol}//${url.host}${url.pathname}${url.search}`;
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'queue');
  if (unknown !== undefined)
    throw usageError(`--queue ${shown}: no parameter "${unknown}", expected "queue"`);
  if (!/^(\/\d{0,4})?$/.test(url.pathname)) {
    throw usageError(
      `--queue ${shown}: expected the number of a database behind the host, as in redis://host:6379/0`,
    );
  }
  const name = url.searchParams.get('queue') ?? DEFAULT_NAME;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw usageError(`--queue ${shown}: a queue's name has letters, digits, ".", "_" and "-", at most 64`);
  }
  url.search = '';
  return { url: url.href, name, shown };
}
