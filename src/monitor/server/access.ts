import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { TOKEN_PROTOCOL } from '../meter-frame.ts';

/** What a token may be made of: what can stand in a header and behind the # of an address. */
export const TOKEN_PATTERN = /^[\w.~-]{16,128}$/;

/** Who may do what. */
export interface AccessOptions {
  /** Address that is listened on. */
  readonly address: string;
  /** Names by which the monitor is reached beside its address, as through a proxy. */
  readonly names: readonly string[];
  /** Null where nothing can be changed by anybody. */
  readonly token: string | null;
  readonly readonly: boolean;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Whether an address is reached from this machine alone. */
export const isLoopback = (address: string): boolean => LOOPBACK.test(address);

/** The host name of a Host header, without port and brackets; null for what is none. */
function hostName(host: string | undefined): string | null {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return null;
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1');
  } catch {
    return null;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Says which requests are let in. A page from elsewhere is kept out three times over: its Origin is not ours, a name that it
 * has pointed at this machine (DNS rebinding) is not ours either, and it has no token.
 */
export class Access {
  readonly #loopback: boolean;
  readonly #names: readonly string[];
  readonly #token: Buffer | null;
  readonly #readonly: boolean;

  constructor({ address, names, token, readonly }: AccessOptions) {
    this.#loopback = isLoopback(address);
    this.#names = names.map((name) => name.toLowerCase());
    this.#token = token === null ? null : digest(token);
    this.#readonly = readonly;
  }

  /** What changes need: nothing helps, a token is missing, or they are allowed. */
  changes(headers: IncomingHttpHeaders): 'readonly' | 'token' | 'allowed' {
    if (this.#readonly) return 'readonly';
    return this.#hasToken(headers) ? 'allowed' : 'token';
  }

  /** Refuses a request under a name that is not ours. An address can't be rebound, so any will do off loopback. */
  refuseHost({ host }: IncomingHttpHeaders): Refusal | null {
    const name = hostName(host);
    const isOurs =
      name !== null &&
      (this.#names.includes(name) ||
        (this.#loopback ? isLoopback(name) : isIP(name) > 0 || isLoopback(name)));
    return isOurs ? null : { status: 403, error: 'this host name is not served here' };
  }

  /** Refuses what a page from elsewhere asks for. What no browser sends has no Origin. */
  refuseOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): Refusal | null {
    const own = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
    const sameSite = site === undefined || site === 'same-origin' || site === 'none';
    return own && sameSite ? null : { status: 403, error: 'pages from elsewhere are not served' };
  }

  /** Refuses who may not read: the token is needed for that too off loopback, and under a name that others may come by. */
  refuseReader(headers: IncomingHttpHeaders): Refusal | null {
    const isHere = this.#loopback && isLoopback(hostName(headers.host) ?? '');
    return isHere || this.#hasToken(headers) ? null : { status: 401, error: 'the token is missing or wrong' };
  }

  /** Refuses who may not change anything. */
  refuseChange(headers: IncomingHttpHeaders): Refusal | null {
    const changes = this.changes(headers);
    if (changes === 'readonly') return { status: 403, error: 'this monitor is read-only' };
    return changes === 'allowed' ? null : { status: 401, error: 'the token is missing or wrong' };
  }

  /** Compares digests, in constant time: neither the length nor a common beginning shows. */
  #hasToken({ authorization, 'sec-websocket-protocol': protocols }: IncomingHttpHeaders): boolean {
    const bearer = /^Bearer ([\w.~-]{1,128})$/.exec(authorization ?? '')?.[1];
    const offered = (protocols ?? '').split(',').map((one) => one.trim());
    const given =
      bearer ?? offered.find((one) => one.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
    return this.#token !== null && given !== undefined && timingSafeEqual(digest(given), this.#token);
  }
}
