import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const PASSWORD = 'loopback';

/** An Icecast with one mount to come, and without a burst: a listener hears what is sent while it listens. */
export async function startIcecast(folder: string, port: number): Promise<ChildProcess> {
  const logs = join(folder, 'log');
  mkdirSync(logs, { recursive: true });
  const config = join(folder, 'icecast.xml');
  const owner =
    process.getuid?.() === 0 ? '<changeowner><user>nobody</user><group>nogroup</group></changeowner>' : '';
  if (owner !== '') execFileSync('chown', ['-R', 'nobody:nogroup', logs]);
  if (owner !== '') execFileSync('chmod', ['a+rx', folder]);
  writeFileSync(
    config,
    `<icecast>
      <hostname>127.0.0.1</hostname>
      <limits><sources>2</sources><clients>10</clients><burst-size>0</burst-size><source-timeout>20</source-timeout></limits>
      <authentication><source-password>${PASSWORD}</source-password><admin-user>admin</admin-user><admin-password>${PASSWORD}</admin-password></authentication>
      <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
      <paths><basedir>${folder}</basedir><logdir>${logs}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
      <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
      <security><chroot>0</chroot>${owner}</security>
    </icecast>`,
  );
  const icecast = spawn('icecast2', ['-c', config], { stdio: 'ignore' });
  for (let n = 0; n < 100 && !(await answers(port, '/')); n++) await pause(100);
  return icecast;
}

/** Where ffmpeg sends a mount. */
export const mountUrl = (port: number, mount: string): string =>
  `icecast://source:${PASSWORD}@127.0.0.1:${port}${mount}`;

const request = (port: number, path: string): Promise<IncomingMessage | null> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path }, resolve).on('error', () => resolve(null));
  });

async function answers(port: number, path: string): Promise<boolean> {
  const response = await request(port, path);
  response?.destroy();
  return response !== null;
}

/** A listener: all bytes of a mount from the moment that it is there. */
export async function listen(port: number, mount: string) {
  for (let n = 0; n < 200; n++) {
    const response = await request(port, mount);
    if (response?.statusCode === 200) {
      const pieces: Buffer[] = [];
      response.on('data', (bytes) => pieces.push(bytes));
      response.on('error', () => {});
      return {
        began: performance.now(),
        stop: (): Buffer => {
          response.destroy();
          return Buffer.concat(pieces);
        },
      };
    }
    response?.destroy();
    await pause(100);
  }
  throw new Error(`${mount} did not come up`);
}

/** Ends a process and waits for its end. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
