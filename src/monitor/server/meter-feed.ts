import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { METERS_PATH, METERS_PROTOCOL } from '../meter-frame.ts';
import type { Access, Refusal } from './access.ts';

/** Readers at a time. */
const MOST_READERS = 16;
/** Bytes that may wait for a reader; beyond them it misses readings. */
const MOST_WAITING = 64 * 1024;
/** Nobody has anything to say here; bytes. */
const MOST_SAID = 256;
/** A reader that gives no sign of life from one check to the next but one is let go, in ms. */
const CHECK_INTERVAL = 30_000;
/** Time for a reader to answer that it is told to go, in ms. */
const FAREWELL = 500;

const REASONS = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 503: 'Service Unavailable' };

function turnAway(socket: Duplex, { status, error }: { status: keyof typeof REASONS; error: string }): void {
  const body = JSON.stringify({ error });
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Readings for whoever opens a WebSocket. It waits for nobody: a reader that is behind misses some. */
export class MeterFeed {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_SAID,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(METERS_PROTOCOL) ? METERS_PROTOCOL : false),
  });
  readonly #alive = new WeakSet<WebSocket>();
  readonly #check: NodeJS.Timeout;
  readonly #refuse: (request: IncomingMessage) => Refusal | null;

  constructor(server: Server, access: Access) {
    this.#refuse = ({ headers }) =>
      access.refuseHost(headers) ?? access.refuseOrigin(headers) ?? access.refuseReader(headers);
    server.on('upgrade', (request, socket, head) => this.#welcome(request, socket, head));
    this.#check = setInterval(() => this.#letGo(), CHECK_INTERVAL).unref();
  }

  /** How many read. */
  get readers(): number {
    return this.#sockets.clients.size;
  }

  /** Gives a message to all who can take it now. */
  send(message: string): void {
    for (const socket of this.#sockets.clients) {
      if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount <= MOST_WAITING) socket.send(message);
    }
  }

  close(): void {
    clearInterval(this.#check);
    for (const reader of this.#sockets.clients) {
      reader.close(1001, 'the run has ended');
      // One that does not read never hears of it.
      setTimeout(() => reader.terminate(), FAREWELL).unref();
    }
    this.#sockets.close();
  }

  #welcome(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refusal = this.#refuse(request);
    if (refusal) turnAway(socket, refusal);
    else if (request.url !== METERS_PATH) turnAway(socket, { status: 400, error: 'no such WebSocket' });
    else if (this.readers >= MOST_READERS) turnAway(socket, { status: 503, error: 'too many readers' });
    else this.#sockets.handleUpgrade(request, socket, head, (reader) => this.#serve(reader));
  }

  #serve(reader: WebSocket): void {
    this.#alive.add(reader);
    reader.on('pong', () => this.#alive.add(reader));
    reader.on('message', () => reader.close(1008, 'nothing is expected here'));
    reader.on('error', () => reader.terminate());
  }

  #letGo(): void {
    for (const reader of this.#sockets.clients) {
      if (!this.#alive.delete(reader)) reader.terminate();
      else if (reader.bufferedAmount <= MOST_WAITING) reader.ping();
    }
  }
}
