import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN } from '../cli/command.ts';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (BROWSER === undefined && process.env.CI)
  throw new Error('chromium is missing, and CI must not skip its tests');

const RATE = 48000;
/** Frames of a packet: 10 ms. */
const PACKET = RATE / 100;

/** A packet of a sine at -12 dBFS, mono, 16 bits. */
function packet(number: number): Buffer {
  const bytes = Buffer.alloc(2 * PACKET);
  for (let i = 0; i < PACKET; i++) {
    const phase = (2 * Math.PI * 500 * (number * PACKET + i)) / RATE;
    bytes.writeInt16LE(Math.round(8231 * Math.sin(phase)), 2 * i);
  }
  return bytes;
}

/** Level of 16-bit samples in dBFS. */
function level(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += (bytes.readInt16LE(at) / 32768) ** 2;
  return 10 * Math.log10(sum / (bytes.length / 2));
}

const folder = mkdtempSync(join(tmpdir(), 'monitor-page-'));
const file = join(folder, 'station.json');
const pipeline = (...more: object[]): string =>
  JSON.stringify({
    name: 'station',
    stages: [{ stage: 'gain' }, ...more, { stage: 'compressor', threshold: -30 }, { stage: 'limiter' }],
  });

/** A run that is fed 10 ms at a time as the clock goes, and when what came of it was there. */
class Station {
  readonly child: ChildProcess;
  /** Time in ms, level in dBFS and largest step from sample to sample of each piece of the output. */
  readonly heard: { readonly at: number; readonly level: number; readonly step: number }[] = [];
  #last = 0;
  #fed = 0;
  #said = '';
  readonly #timer: NodeJS.Timeout;

  constructor() {
    writeFileSync(file, pipeline());
    const args = [file, '--raw', `s16le:${RATE}:1`, '--monitor', '127.0.0.1:0'];
    this.child = spawn(process.execPath, [MAIN, ...args]);
    this.child.stdout!.on('data', (bytes: Buffer) => {
      this.heard.push({ at: performance.now(), level: level(bytes), step: this.#largestStep(bytes) });
    });
    this.child.stderr!.on('data', (text) => {
      this.#said += text;
    });
    const began = performance.now();
    this.#timer = setInterval(() => {
      const due = (performance.now() - began) / 10;
      while (this.#fed < due) this.child.stdin!.write(packet(this.#fed++));
    }, 5);
  }

  #largestStep(bytes: Buffer): number {
    let step = 0;
    for (let at = 0; at + 1 < bytes.length; at += 2) {
      const sample = bytes.readInt16LE(at) / 32768;
      step = Math.max(step, Math.abs(sample - this.#last));
      this.#last = sample;
    }
    return step;
  }

  /** Address of the page, with the token. */
  async address(): Promise<string> {
    for (;;) {
      const [, address] = /monitor at (\S+)/.exec(this.#said) ?? [];
      if (address !== undefined) return address;
      await pause(20);
    }
  }

  async end(): Promise<number | null> {
    clearInterval(this.#timer);
    this.child.stdin!.end();
    const [code] = await once(this.child, 'close');
    return code;
  }
}

/** Waits until something holds; fails after 15 s. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 50) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error('waited for 15 s in vain');
}

describe.skipIf(BROWSER === undefined || process.platform === 'win32')('the page of a monitor', () => {
  let station: Station;
  let browser: Browser;
  let address: string;
  let elsewhere: Server;

  beforeAll(async () => {
    station = new Station();
    address = await station.address();
    browser = await chromium.launch({
      executablePath: BROWSER!,
      args: ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1'],
    });
    elsewhere = createServer((_request, answer) => {
      answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>evil</title>');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
  });

  afterAll(async () => {
    await browser?.close();
    elsewhere?.close();
    expect(await station?.end()).toBe(0);
    rmSync(folder, { recursive: true });
  });

  const open = async (viewport = { width: 1280, height: 900 }, colorScheme: 'light' | 'dark' = 'light') => {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(address);
    await page.locator('#status.live').waitFor();
    return { page, problems };
  };

  const figure = (page: Page, name: string): Promise<string> =>
    page.locator('#figures div', { hasText: name }).locator('b').innerText();

  const remembered = async (page: Page): Promise<number> =>
    Number.parseInt(
      ((await page.locator('#loudness').getAttribute('aria-label')) ?? '').split('over ')[1] ?? '0',
      10,
    );

  const ceiling = async (): Promise<unknown> => {
    const { origin } = new URL(address);
    const { stages } = (await (await fetch(`${origin}/api/pipeline`)).json()) as {
      stages: { controls: { path: string; value: unknown }[] }[];
    };
    return stages.flatMap(({ controls }) => controls).find(({ path }) => path === 'limiter.ceiling')?.value;
  };

  it.each([
    ['desktop', 1280, 900, 'light'],
    ['desktop', 1280, 900, 'dark'],
    ['phone', 390, 844, 'light'],
    ['phone', 390, 844, 'dark'],
  ] as const)(
    'shows meters that move on a %s of %i x %i, %s, without a word on the console',
    async (_device, width, height, scheme) => {
      const { page, problems } = await open({ width, height }, scheme);
      await until(async () => (await figure(page, 'Momentary')) !== '–');
      const seen = new Set<string>();
      const bar = page.locator('.box', { hasText: 'compressor' }).locator('.gains i').first();
      await until(async () => {
        seen.add(await figure(page, 'Played'));
        return seen.size >= 3;
      });
      expect(Number((await figure(page, 'Momentary')).replace('−', '-'))).toBeLessThan(-10);
      expect(
        Number(
          await bar.evaluate((one) =>
            (one as unknown as { style: CSSStyle }).style.getPropertyValue('--share'),
          ),
        ),
      ).toBeGreaterThan(0.1);
      expect(await page.locator('#graph .box').count()).toBe(5);
      expect(await page.locator('canvas').count()).toBe(3);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect((await page.screenshot({ fullPage: true })).length).toBeGreaterThan(30_000);
      expect(new URL(page.url()).hash).toBe('');
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );

  it('has a name for each input, and reaches each by keyboard', async () => {
    const { page } = await open();
    const names = await page.locator('fieldset input, fieldset select').evaluateAll((inputs) =>
      inputs.map((input) => {
        const { labels, ariaLabel } = input as unknown as {
          labels: { length: number };
          ariaLabel: string | null;
        };
        return labels.length > 0 || (ariaLabel ?? '') !== '';
      }),
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.every(Boolean)).toBe(true);
    await page.locator('.box', { hasText: 'limiter' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = await page.evaluate('document.activeElement.getAttribute("aria-label")');
    expect(focused).toBe('limiter ceiling, dBTP');
    await page.context().close();
  });

  it('changes the sound within 200 ms of a key on a knob, with no step more than 2 % above the sine itself', async () => {
    const { page, problems } = await open();
    const knob = page.getByLabel('gain gain, dB', { exact: true });
    if (!(await knob.isVisible())) await page.locator('#stage-gain summary').click();
    const number = page.getByLabel('gain gain as a number');
    await knob.focus();
    await pause(300);
    const { level: before, step: sine } = station.heard.at(-1)!;
    // What a busy machine adds is not the way's: the shortest of three counts.
    const ways: number[] = [];
    const steps: number[] = [];
    for (let press = 0; press < 3; press++) {
      const pressed = performance.now();
      await page.keyboard.press('Home');
      await until(() => station.heard.at(-1)!.level < before - 20);
      const glide = station.heard.filter(({ at }) => at > pressed);
      ways.push(glide.find(({ level }) => level < before - 3)!.at - pressed);
      steps.push(...glide.map(({ step }) => step));
      // What the run answers to the key is written into the field, over what was typed there before.
      await until(async () => (await number.inputValue()) !== '0');
      await number.fill('0');
      await page.keyboard.press('Enter');
      await until(() => Math.abs(station.heard.at(-1)!.level - before) < 0.5);
      await knob.focus();
    }
    expect(Math.min(...ways)).toBeLessThan(200);
    // A click is a step that the sine itself has not.
    expect(Math.max(...steps)).toBeLessThan(1.02 * sine);
    await page.locator('#events li', { hasText: 'gain.gain to 0' }).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('remembers the history when it is loaded again, and when the pipeline is', async () => {
    const { page, problems } = await open();
    await until(async () => (await remembered(page)) >= 6);
    const before = await remembered(page);
    await page.reload();
    await until(async () => (await remembered(page)) >= before);
    writeFileSync(file, pipeline({ id: 'presence', stage: 'eq', bands: [{ freq: 3000, gain: 2 }] }));
    station.child.kill('SIGHUP');
    await page.locator('#events li', { hasText: 'pipeline reloaded' }).waitFor();
    await page.locator('.box', { hasText: 'presence' }).waitFor();
    expect(await remembered(page)).toBeGreaterThanOrEqual(before);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('lets a page from elsewhere read nothing and change nothing: no request, socket, frame or rebound name', async () => {
    const token = new URL(address).hash.slice(1);
    const { host } = new URL(address);
    const page = await browser.newPage();
    const attack = async (): Promise<unknown> => page.evaluate(ATTACK(host, token));
    const { port } = elsewhere.address() as AddressInfo;
    const before = await ceiling();
    for (const site of [
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://evil.example:${port}/`,
    ]) {
      await page.goto(site);
      expect(await attack()).toEqual({ read: 0, sent: 0, messages: 0, framed: false });
    }
    // The name leads to this very monitor; only what it is called gives it away.
    const rebound = await page.goto(`http://evil.example:${new URL(address).port}/`);
    expect(rebound?.status()).toBe(403);
    expect(await page.content()).not.toContain('controls');
    expect(await attack()).toMatchObject({ read: 0, sent: 0, messages: 0 });
    expect(await ceiling()).toBe(before);
    // From the monitor's own page the same script gets what it asks for.
    await page.goto(new URL('/', address).href);
    expect(await attack()).toEqual({ read: 2, sent: 1, messages: expect.any(Number), framed: false });
    expect(await ceiling()).toBe(-20);
    await page.close();
  });

  it('changes nothing without the token, and says what is missing', async () => {
    const page = await browser.newPage();
    await page.goto(new URL('/', address).href);
    await page.locator('#access-words', { hasText: 'token is needed' }).waitFor();
    await page.locator('fieldset:disabled').first().waitFor({ state: 'attached' });
    await page.getByLabel('Token').fill(new URL(address).hash.slice(1));
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.locator('fieldset:not(:disabled)').first().waitFor({ state: 'attached' });
    await page.close();
  });

  it('costs the audio nothing when a browser stops reading: 99 of 100 pieces of the output come within 100 ms, all within 1 s', async () => {
    const { hostname, port, host } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /api/meters HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(socket, 'data');
    socket.pause();
    const first = station.heard.length;
    await pause(8000);
    const times = station.heard.slice(first).map(({ at }) => at);
    const gaps = times.slice(1).map((at, n) => at - times[n]);
    expect(times.length).toBeGreaterThan(400);
    // A busy machine holds a piece up now and then; audio that waits for a reader waits for ever.
    expect(gaps.filter((gap) => gap >= 100).length).toBeLessThanOrEqual(gaps.length / 100);
    expect(Math.max(...gaps)).toBeLessThan(1000);
    socket.destroy();
  });
});

/** What we use of an element's style; the tests have no DOM types. */
interface CSSStyle {
  getPropertyValue(name: string): string;
}

/** A script that tries, with the stolen token even, to read and to change; it says what it got. */
const ATTACK = (host: string, token: string): string => `(async () => {
  const url = 'http://${host}';
  const body = JSON.stringify({ set: 'limiter.ceiling', to: -20 });
  const got = { read: 0, sent: 0, messages: 0, framed: false };
  const auth = { Authorization: 'Bearer ${token}' };
  const attempt = async (path, options, name) => {
    try {
      const answer = await fetch(url + path, options);
      if (answer.ok) got[name]++;
    } catch {}
  };
  await attempt('/api/readings', {}, 'read');
  await attempt('/api/pipeline', { headers: auth }, 'read');
  await attempt('/api/moves', { method: 'POST', body, headers: { ...auth, 'Content-Type': 'application/json' } }, 'sent');
  await attempt('/api/moves', { method: 'POST', body, mode: 'no-cors', headers: { 'Content-Type': 'text/plain' } }, 'sent');
  await attempt('/api/moves', { method: 'POST', body: new URLSearchParams({ set: 'limiter.ceiling', to: '-20' }), mode: 'no-cors' }, 'sent');
  for (const protocols of [[], ['auralis.meters'], ['auralis.meters', 'bearer.${token}']]) {
    await new Promise((done) => {
      const socket = new WebSocket('ws://${host}/api/meters', protocols);
      socket.onmessage = () => { got.messages++; };
      socket.onclose = done;
      setTimeout(done, 500);
    });
  }
  const frame = document.createElement('iframe');
  frame.src = url + '/';
  document.body.append(frame);
  await new Promise((done) => { frame.onload = done; setTimeout(done, 1000); });
  try { got.framed = frame.contentDocument?.getElementById('controls') != null; } catch {}
  frame.remove();
  return got;
})()`;
