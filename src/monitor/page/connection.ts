import { METERS_PATH, type MeterFrame, offeredProtocols } from '../meter-frame.ts';

const TOKEN_KEY = 'auralis-monitor-token';
/** Time before a lost connection is tried again, in ms: doubled each time, up to the longest. */
const FIRST_RETRY = 500;
const LONGEST_RETRY = 8000;
/** Without a reading for so long the connection counts as lost, in ms. */
const SILENCE = 10_000;
/** What a WebSocket says when the run has ended. */
const GOING_AWAY = 1001;

/** What a frame may be of: null stands for silence there. */
export type Frame = MeterFrame;

/** What is told of the connection. */
export interface Listener {
  frame(frame: Frame): void;
  /** Also after every loss: what was known before may be old. */
  opened(): void;
  lost(ended: boolean): void;
}

/** The monitor, as the page reaches it. */
export class Connection {
  #token: string | null;

  constructor() {
    const given = decodeURIComponent(location.hash.slice(1));
    if (/^[\w.~-]{16,128}$/.test(given)) sessionStorage.setItem(TOKEN_KEY, given);
    // Out of the address bar and the history; ids of the page stay.
    if (given !== '' && document.getElementById(given) === null) {
      history.replaceState(null, '', location.pathname);
    }
    this.#token = sessionStorage.getItem(TOKEN_KEY);
  }

  /** Uses another token from now on. */
  use(token: string): void {
    this.#token = token;
    sessionStorage.setItem(TOKEN_KEY, token);
  }

  /** What the monitor answers to a question; throws its reason where it refuses. */
  async get<T>(path: string): Promise<T> {
    return this.#answer(await fetch(path, { headers: this.#headers(), cache: 'no-store' }));
  }

  /** Moves a parameter; throws the reason where it is refused. */
  async move(set: string, to: number | string | boolean): Promise<void> {
    const headers = { ...this.#headers(), 'Content-Type': 'application/json' };
    await this.#answer(
      await fetch('/api/moves', { method: 'POST', headers, body: JSON.stringify({ set, to }) }),
    );
  }

  /** Gives readings to a listener for as long as the page is there, whatever happens in between. */
  listen(listener: Listener): void {
    let retry = FIRST_RETRY;
    let ended = false;
    const open = (): void => {
      const address = new URL(METERS_PATH, location.href);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(address, offeredProtocols(this.#token));
      let silence = setTimeout(() => socket.close(), SILENCE);
      socket.onopen = () => {
        retry = FIRST_RETRY;
        ended = false;
        listener.opened();
      };
      socket.onmessage = ({ data }) => {
        clearTimeout(silence);
        silence = setTimeout(() => socket.close(), SILENCE);
        listener.frame(JSON.parse(data as string) as Frame);
      };
      socket.onclose = ({ code }) => {
        clearTimeout(silence);
        ended ||= code === GOING_AWAY;
        listener.lost(ended);
        setTimeout(open, retry);
        retry = Math.min(LONGEST_RETRY, 2 * retry);
      };
    };
    open();
  }

  #headers(): Record<string, string> {
    return this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  async #answer<T>(response: Response): Promise<T> {
    const body = await response.json().catch(() => ({ error: response.statusText }));
    if (!response.ok) throw new Error((body as { error: string }).error);
    return body as T;
  }
}
