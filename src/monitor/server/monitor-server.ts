import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { MonitoredRun, RunEvent } from '../monitored-run.ts';
import { Access, type AccessOptions } from './access.ts';
import { MeterFeed } from './meter-feed.ts';
import { openMetrics } from './metrics.ts';
import { openApi } from './openapi.ts';
import { PAGE, SCRIPT_HASH, STYLE_HASH } from './page.generated.ts';
import { RateLimit } from './rate-limit.ts';
import { json, type Route, runRoutes } from './routes.ts';
import { RunWatch } from './run-watch.ts';

/** What a monitor is opened with. */
export interface MonitorOptions extends AccessOptions {
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Of the package. */
  readonly version: string;
}

/** A monitor at work. */
export interface MonitorServer {
  /** Where its page is, without a token. */
  readonly url: string;
  /** Shows a run from now on. */
  attach(run: MonitoredRun): void;
  /** Takes what happens in it. */
  event(event: RunEvent): void;
  close(): Promise<void>;
}

/** Time from one message of readings to the next, in ms; without readers they are taken for the history alone. */
const INTERVAL = 50;
const INTERVAL_ALONE = 500;
/** Most bytes of a request's body and of its headers. */
const MOST_BYTES = 2048;
const MOST_HEADER_BYTES = 8192;
/** Connections at a time. */
const MOST_CONNECTIONS = 64;
/** A request that takes longer to come in is cut off, in ms. */
const REQUEST_TIMEOUT = 10_000;
/** Requests and changes a second, and at once. */
const REQUESTS = [100, 300] as const;
const CHANGES = [40, 40] as const;

/** Nothing but the page's own script and style runs in it, and it talks to nobody else. */
const PAGE_POLICY = [
  "default-src 'none'",
  `script-src '${SCRIPT_HASH}'`,
  `style-src '${STYLE_HASH}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAFETY = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

function ownRoutes(
  routes: readonly Route[],
  watch: RunWatch,
  feed: () => MeterFeed,
  version: string,
): Route[] {
  const { history, events } = watch;
  const metrics = openMetrics({
    readings: () => watch.latest,
    history,
    events,
    readers: () => feed().readers,
  });
  return [
    {
      method: 'GET',
      path: '/metrics',
      summary: 'Metrics for Prometheus',
      needs: 'reading',
      answers: { 200: 'the metrics, as text' },
      answer: async () => ({ status: 200, type: metrics.contentType, body: await metrics.metrics() }),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      summary: 'This description',
      needs: 'nothing',
      answers: { 200: 'an OpenAPI document' },
      answer: () => json(openApi(routes, version)),
    },
  ];
}

function install(app: FastifyInstance, route: Route, access: Access): void {
  const changes = new RateLimit(...CHANGES);
  const { method, path: url, needs, query, body } = route;
  app.route({
    method,
    url,
    schema: { ...(query && { querystring: query }), ...(body && { body }) },
    onRequest: async ({ headers }, reply) => {
      const refusal =
        (url.startsWith('/api/') ? access.refuseOrigin(headers) : null) ??
        (needs === 'reading' ? access.refuseReader(headers) : null) ??
        (needs === 'changing' ? access.refuseChange(headers) : null);
      if (refusal) return reply.code(refusal.status).send({ error: refusal.error });
      if (needs === 'changing' && !changes.take()) {
        return reply.code(429).send({ error: 'too many changes at a time' });
      }
    },
    handler: async (request: FastifyRequest, reply) => {
      const {
        status,
        type,
        body: text,
      } = await route.answer({
        query: request.query as Record<string, unknown>,
        body: request.body,
        reads: access.refuseReader(request.headers) === null,
        changes: access.changes(request.headers),
      });
      return reply.code(status).header('Content-Type', type).send(text);
    },
  });
}

/** The monitor's answers to requests, before it listens. */
function monitorApp(options: MonitorOptions, watch: RunWatch) {
  const access = new Access(options);
  const requests = new RateLimit(...REQUESTS);
  const app = Fastify({
    logger: false,
    bodyLimit: MOST_BYTES,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    requestTimeout: REQUEST_TIMEOUT,
    http: { maxHeaderSize: MOST_HEADER_BYTES },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  // JSON alone: what a form on another page can send is not taken.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async ({ headers }, reply) => {
    reply.headers(SAFETY);
    const refusal = access.refuseHost(headers);
    if (refusal) return reply.code(refusal.status).send({ error: refusal.error });
    if (!requests.take()) return reply.code(429).send({ error: 'too many requests at a time' });
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    return reply.code(status).send({ error: status < 500 ? error.message : 'internal error' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'there is nothing here' }));

  const feed = new MeterFeed(app.server, access);
  const routes: Route[] = runRoutes(watch);
  routes.push(...ownRoutes(routes, watch, () => feed, options.version));
  for (const route of routes) install(app, route, access);
  app.get('/', (_request, reply) =>
    reply
      .headers({ 'Content-Security-Policy': PAGE_POLICY, 'Content-Type': 'text/html; charset=utf-8' })
      .send(PAGE),
  );
  return { app, feed };
}

/** Opens a monitor; it shows a run once one is attached. Throws the system's error where it can't listen. */
export async function openMonitor(options: MonitorOptions): Promise<MonitorServer> {
  const watch = new RunWatch();
  const { app, feed } = monitorApp(options, watch);
  app.server.maxConnections = MOST_CONNECTIONS;
  await app.listen({ host: options.address, port: options.port });
  // The run goes on whatever becomes of the monitor.
  app.server.on('error', () => {});
  let looked = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    if (feed.readers === 0 && now - looked < INTERVAL_ALONE) return;
    looked = now;
    watch.look();
    const frame = feed.readers > 0 ? watch.frame() : null;
    if (frame !== null) feed.send(frame);
  }, INTERVAL);
  const { address, port, family } = app.server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`,
    attach: (run) => watch.attach(run),
    event: (event) => watch.event(event),
    async close() {
      clearInterval(timer);
      feed.close();
      await app.close();
    },
  };
}
