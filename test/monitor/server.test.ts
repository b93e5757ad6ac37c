import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { METERS_PATH, offeredProtocols } from '../../src/monitor/meter-frame.ts';
import type { LiveReadings, MonitoredRun } from '../../src/monitor/monitored-run.ts';
import { type MonitorServer, openMonitor } from '../../src/monitor/server/monitor-server.ts';
import { keptMemory } from '../support/collect-garbage.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';

const TOKEN = 'a-token-for-tests-0123456789';
const bearer = { Authorization: `Bearer ${TOKEN}` };

/** A run whose clock is the number of readings, with one control from -40 to 0. */
class FakeRun implements MonitoredRun {
  frame = 0;
  moves: (readonly [string, unknown])[] = [];
  /** Numbers that make a reading large. */
  ballast: readonly number[] = [];

  pipeline() {
    const control = {
      ...({ path: 'limiter.ceiling', label: 'ceiling', kind: 'number', value: -1, unit: 'dBTP' } as const),
      ...{ min: -40, max: 0, whole: false, choices: [], meaning: '' },
    } as const;
    const entry = { id: 'limiter', stage: 'limiter', summary: '', inputs: ['in'], key: null, bypass: false };
    const stages = [{ ...entry, controls: [control] }];
    const outputs = [{ name: 'main', from: 'limiter' }];
    return {
      ...{ version: 1, name: 'fake', description: '', inputs: ['in'], outputs, stages, controls: [] },
      ...{ target: null, ceiling: -1 },
    };
  }

  readings(): LiveReadings {
    this.frame += 1;
    const spectrum = { freqs: [1000], before: this.ballast, after: [-20] };
    return {
      ...{ version: 1, frame: this.frame, seconds: this.frame, load: 0.1, latency: 5, guarded: 0 },
      ...{ buffer: { input: 0, output: 0 }, input: [-3], output: [Number.NEGATIVE_INFINITY] },
      ...{ momentary: -20, shortTerm: -20, integrated: Number.NEGATIVE_INFINITY, range: 0, truePeak: -2 },
      ...{ stages: [{ id: 'limiter', level: -3, gains: { reduction: [-1.5] } }], spectrum },
    };
  }

  set(path: string, value: unknown): void {
    if (value === -7) throw new Error('limiter.ceiling: does not go with the rest');
    this.moves.push([path, value]);
  }
}

/** Fewer connections than a monitor takes. */
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

let run: FakeRun;
let server: MonitorServer;
const sockets: (WebSocket | Socket)[] = [];

const open = async (options: object = {}): Promise<void> => {
  server = await openMonitor({
    ...{ address: '127.0.0.1', port: 0, names: [], token: TOKEN, readonly: false, version: '1.2.3' },
    ...options,
  });
  server.attach(run);
};

/** Opens the monitor anew with clocks that stand still until the test moves them on. */
const openOnFakeClocks = async (): Promise<void> => {
  await server.close();
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setInterval', 'clearInterval'] });
  await open();
};

beforeEach(async () => {
  run = new FakeRun();
  await open();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket instanceof WebSocket ? socket.terminate() : socket.destroy();
  await server.close();
  vi.useRealTimers();
});

const own = (): string => new URL(server.url).host;

/** A request with whatever headers; `fetch` would not send a Host of our choice. */
function ask(path: string, headers: Record<string, string> = {}, body?: string) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
      const method = body === undefined ? 'GET' : 'POST';
      const asked = request(
        new URL(path, server.url),
        { method, agent, headers: { ...type, ...headers } },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (piece) => (text += piece));
          answer.on('end', () =>
            resolve({ status: answer.statusCode!, headers: answer.headers, body: text }),
          );
        },
      );
      asked.on('error', reject);
      asked.end(body);
    },
  );
}

const move = (headers: Record<string, string> = bearer, to: unknown = -3, set = 'limiter.ceiling') =>
  ask('/api/moves', headers, JSON.stringify({ set, to }));

/** Opens the meters; gives the socket, or the status of the refusal. */
async function meters(
  headers: Record<string, string> = {},
  token: string | null = null,
): Promise<WebSocket | number> {
  const url = new URL(METERS_PATH, server.url.replace('http', 'ws'));
  const socket = new WebSocket(url, offeredProtocols(token), { headers });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode!));
    socket.on('error', reject);
  });
}

describe('a change', () => {
  it('is made with the token, from our own page or without a page: 200', async () => {
    expect((await move()).status).toBe(200);
    expect(
      (await move({ ...bearer, Origin: `http://${own()}`, 'Sec-Fetch-Site': 'same-origin' }, -4)).status,
    ).toBe(200);
    expect(run.moves).toEqual([
      ['limiter.ceiling', -3],
      ['limiter.ceiling', -4],
    ]);
  });

  it.each<[string, number, () => Record<string, string>]>([
    ['without a token', 401, () => ({})],
    ['with a wrong token', 401, () => ({ Authorization: `Bearer ${TOKEN}x` })],
    ['with an empty token', 401, () => ({ Authorization: 'Bearer ' })],
    ['from another origin', 403, () => ({ ...bearer, Origin: 'https://evil.example' })],
    ['from another port of this machine', 403, () => ({ ...bearer, Origin: 'http://127.0.0.1:1' })],
    ['from a page without an origin', 403, () => ({ ...bearer, Origin: 'null' })],
    ['from another site', 403, () => ({ ...bearer, 'Sec-Fetch-Site': 'cross-site' })],
    [
      'under a name that was rebound',
      403,
      () => ({ ...bearer, Host: 'evil.example', Origin: 'http://evil.example' }),
    ],
    ['under a name that only begins like ours', 403, () => ({ ...bearer, Host: 'localhost.evil.example' })],
    ['under no name', 403, () => ({ ...bearer, Host: '@' })],
  ])('%s is refused with %i and changes nothing', async (_how, status, headers) => {
    expect((await move(headers())).status).toBe(status);
    expect(run.moves).toEqual([]);
  });

  it.each<[unknown, string, number]>([
    [0.1, 'limiter.ceiling', 422],
    ['-3', 'limiter.ceiling', 422],
    [-7, 'limiter.ceiling', 422],
    [-3, 'limiter.lookahead', 404],
    [-3, '__proto__', 404],
    [null, 'limiter.ceiling', 400],
    [{ a: 1 }, 'limiter.ceiling', 400],
    [-3, 'x'.repeat(201), 400],
  ])('to %j of %s is refused with %i and changes nothing', async (to, set, status) => {
    const answer = await move(bearer, to, set);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).error).toMatch(/\S/);
    expect(run.moves).toEqual([]);
  });

  it('of more than 2048 bytes is refused with 413, one that is no JSON with 400, a form with 415', async () => {
    expect((await ask('/api/moves', bearer, `{"set":"${'x'.repeat(3000)}"}`)).status).toBe(413);
    expect((await ask('/api/moves', bearer, '{"set"')).status).toBe(400);
    const form = { ...bearer, 'Content-Type': 'text/plain' };
    expect((await ask('/api/moves', form, '{"set":"limiter.ceiling","to":-3}')).status).toBe(415);
    expect(run.moves).toEqual([]);
  });

  it('is one of at most 40 at once: of 60 at one moment 20 are refused with 429', async () => {
    await openOnFakeClocks();
    const answers = await Promise.all(Array.from({ length: 60 }, () => move()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
    expect(run.moves).toHaveLength(40);
  });

  it('is refused with 403 by a read-only monitor, whatever the token', async () => {
    await server.close();
    await open({ readonly: true });
    expect((await move()).status).toBe(403);
    expect(JSON.parse((await ask('/api/access', bearer)).body)).toEqual({ reads: true, changes: 'readonly' });
  });
});

describe('reading', () => {
  it('needs no token on loopback and the token elsewhere: 401 without, 200 with it', async () => {
    const paths = ['/api/pipeline', '/api/history', '/api/events', '/metrics'];
    for (const path of paths) expect((await ask(path)).status).toBe(200);
    await server.close();
    await open({ address: '0.0.0.0' });
    for (const path of [...paths, '/api/readings']) {
      expect((await ask(path)).status).toBe(401);
      expect([200, 503]).toContain((await ask(path, bearer)).status);
    }
    expect(JSON.parse((await ask('/api/access')).body)).toEqual({ reads: false, changes: 'token' });
    expect(JSON.parse((await ask('/api/access', bearer)).body)).toEqual({ reads: true, changes: 'allowed' });
    expect(await meters()).toBe(401);
    expect(await meters({}, TOKEN)).toBeInstanceOf(WebSocket);
  });

  it('is refused with 403 to pages from elsewhere and under names that are not ours', async () => {
    expect((await ask('/api/readings', { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask('/api/readings', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    for (const path of ['/', '/metrics', '/healthz', '/openapi.json']) {
      expect((await ask(path, { Host: 'evil.example' })).status).toBe(403);
    }
  });

  it('goes by the names that were given, for a proxy with https in front, and then needs the token on loopback too', async () => {
    await server.close();
    await open({ names: ['Studio.example'] });
    const headers = { Host: 'studio.example', Origin: 'https://studio.example' };
    expect((await ask('/api/pipeline', { ...headers, ...bearer })).status).toBe(200);
    expect((await ask('/api/pipeline', headers)).status).toBe(401);
    expect((await ask('/api/pipeline', { ...bearer, Host: 'other.example' })).status).toBe(403);
  });

  it('is limited to 300 requests at once: of 400 at one moment 100 are refused with 429', async () => {
    await openOnFakeClocks();
    const answers = await Promise.all(Array.from({ length: 400 }, () => ask('/healthz')));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(100);
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/page.css', '/src', '//etc/passwd', '/api'])(
    'finds nothing at %s: 404, no file is served',
    async (path) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      sockets.push(socket);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${own()}\r\nConnection: close\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1.1 404 /);
    },
  );

  it('is told by /healthz: 503 before the first reading, 200 while frames go out', async () => {
    await openOnFakeClocks();
    expect((await ask('/healthz')).status).toBe(503);
    await meters();
    vi.advanceTimersByTime(120);
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it('of silence is null, and -Inf in the metrics', async () => {
    await openOnFakeClocks();
    await meters();
    vi.advanceTimersByTime(120);
    const { integrated, output } = JSON.parse((await ask('/api/readings')).body);
    expect([integrated, output]).toEqual([null, [null]]);
    const { body } = await ask('/metrics');
    expect(body).toMatch(/^auralis_integrated_loudness_lufs -Inf$/m);
    expect(body).toMatch(/^auralis_stage_gain_db\{stage="limiter",gain="reduction",band="1"\} -1.5$/m);
  });

  it('gives events once each, each knob on its way as one', async () => {
    server.event({ frame: 1, kind: 'reload', text: 'pipeline reloaded' });
    for (const to of [-1, -2, -3]) {
      server.event({ frame: 2, kind: 'move', text: `limiter.ceiling to ${to}` });
      server.event({ frame: 3, kind: 'move', text: `limiter.release to ${50 - to}` });
    }
    const texts = async (after: number): Promise<string[]> =>
      JSON.parse((await ask(`/api/events?after=${after}`)).body).map((one: { text: string }) => one.text);
    expect(await texts(0)).toEqual(['pipeline reloaded', 'limiter.ceiling to -3', 'limiter.release to 53']);
    expect(await texts(6)).toEqual(['limiter.release to 53']);
    expect((await ask('/api/events?after=-1')).status).toBe(400);
  });

  it('is described by an OpenAPI 3.1 document with each of its 9 paths', async () => {
    const document = JSON.parse((await ask('/openapi.json')).body);
    expect(document.openapi).toBe('3.1.0');
    const paths = Object.keys(document.paths);
    expect(paths).toHaveLength(9);
    for (const path of paths.filter((one) => one !== '/api/moves'))
      expect((await ask(path)).status).not.toBe(404);
    expect(document.paths['/api/moves'].post.security).toEqual([{ token: [] }]);
  });

  it('of the page comes with a policy that lets nothing else in: no inline, no eval, no frame, no other host', async () => {
    const { status, headers, body } = await ask('/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; connect-src 'self';/,
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(body).not.toContain(TOKEN);
    expect(body).not.toMatch(/(src|href)="https?:/);
  });
});

describe('the WebSocket', () => {
  it.each<[string, number, Record<string, string>]>([
    ['another origin', 403, { Origin: 'https://evil.example' }],
    ['a rebound name', 403, { Host: 'evil.example', Origin: 'http://evil.example' }],
  ])('is refused to %s with %i', async (_who, status, headers) => {
    expect(await meters(headers)).toBe(status);
  });

  it('gives 10 to 30 readings a second', async () => {
    await openOnFakeClocks();
    const socket = (await meters({ Origin: `http://${own()}` })) as WebSocket;
    let count = 0;
    socket.on('message', () => count++);
    vi.advanceTimersByTime(1000);
    // The answer comes behind all that was sent before it.
    socket.ping();
    await once(socket, 'pong');
    expect(count).toBeGreaterThanOrEqual(10);
    expect(count).toBeLessThanOrEqual(30);
  });

  it('ends with 1009 at a message of more than 256 bytes, and with 1008 at any other', async () => {
    for (const [text, code] of [
      ['x'.repeat(300), 1009],
      ['{"set":"limiter.ceiling","to":-3}', 1008],
    ] as const) {
      const socket = (await meters()) as WebSocket;
      socket.send(text);
      expect((await once(socket, 'close'))[0]).toBe(code);
    }
    expect(run.moves).toEqual([]);
  });

  it('is there for 16 readers and refused to the next with 503', async () => {
    const readers = await Promise.all(Array.from({ length: 16 }, () => meters()));
    expect(readers.every((reader) => reader instanceof WebSocket)).toBe(true);
    expect(await meters()).toBe(503);
  });

  it('waits for nobody: a reader that stops costs no more than 10 MB and the others miss nothing', async () => {
    await openOnFakeClocks();
    run.ballast = Array.from({ length: 60_000 }, (_, n) => n / 7);
    const reader = (await meters()) as WebSocket;
    const frames: number[] = [];
    reader.on('message', (data) => frames.push(JSON.parse(String(data)).frame));
    const turn = async (): Promise<void> => {
      const heard = once(reader, 'message');
      vi.advanceTimersByTime(50);
      await heard;
    };
    const idle = (await meters()) as WebSocket;
    // What a reading of this size takes anyhow, before the reader stops.
    for (let n = 0; n < 5; n++) await turn();
    (idle as unknown as { _socket: Socket })._socket.pause();
    frames.length = 0;
    const before = keptMemory();
    let worst = 0;
    // 2 s of readings of 1 MB each. The audio's turn in the event loop must come up as before, after each of them.
    for (let n = 0; n < 40; n++) worst = Math.max(worst, await cpuSeconds(turn));
    expect(keptMemory() - before).toBeLessThan(10e6);
    expect(worst).toBeLessThan(0.25);
    expect(frames).toHaveLength(40);
    expect(frames.at(-1)! - frames[0]).toBe(frames.length - 1);
  });

  it('is told when the run ends: 1001', async () => {
    const socket = (await meters()) as WebSocket;
    const closed = once(socket, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1001);
    await open();
  });
});
