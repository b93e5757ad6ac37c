import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { outputError, usageError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import type { MonitorServer } from '../monitor/server/monitor-server.ts';
import type { Arguments, CommandOptions } from './command.ts';
import { list, text } from './option-value.ts';
import { packageVersion } from './package-version.ts';

/** Where a token is looked for. On the command line every user of the machine could read it. */
const TOKEN_VARIABLE = 'AURALIS_MONITOR_TOKEN';
/** Bytes of a token of our own. */
const TOKEN_BYTES = 24;

/** Options of the monitor. */
export const MONITOR_OPTIONS: CommandOptions = {
  monitor: {
    type: 'string',
    requiresArg: true,
    describe: 'serve a page with meters and controls, as in 127.0.0.1:8470; its address is printed',
  },
  'monitor-token-file': {
    type: 'string',
    requiresArg: true,
    describe: `file with the token that changes need (default: that in ${TOKEN_VARIABLE}, or one made up and printed)`,
  },
  'monitor-name': {
    type: 'string',
    requiresArg: true,
    describe: 'a host name that the monitor is reached by, as behind a proxy (may be repeated)',
  },
  'monitor-readonly': { type: 'boolean', describe: 'the monitor shows and changes nothing' },
};

/** A monitor, and the address of its page for people: with the token where it was made up. */
export interface OpenedMonitor {
  readonly server: MonitorServer;
  readonly address: string;
}

/** Reads `ADDRESS:PORT`, with an IPv6 address in brackets. */
function listenAddress(given: string): { address: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([\d.:a-f]+)\]|([^:]+)):(\d{1,5})$/i.exec(given) ?? [];
  const address = bracketed ?? (plain === 'localhost' ? '127.0.0.1' : plain) ?? '';
  const port = Number(digits);
  if (isIP(address) > 0 && port <= 65535) return { address, port };
  throw usageError(
    `--monitor "${given}": expected an address of this machine and a port, as in 127.0.0.1:8470`,
  );
}

/** The token that was given, by file or environment. */
function givenToken(args: Arguments): string | null {
  const file = text(args, 'monitor-token-file');
  if (file === undefined) return process.env[TOKEN_VARIABLE] || null;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw usageError(`--monitor-token-file ${file}: ${systemReason(cause)}`, { cause });
  }
}

/** Does some work beside the monitor that the command line asks for, if any, and closes it behind. */
export async function withMonitor(
  args: Arguments,
  work: (monitor: OpenedMonitor | null) => Promise<number>,
): Promise<number> {
  const monitor = await openMonitorOf(args);
  try {
    return await work(monitor);
  } finally {
    await monitor?.server.close();
  }
}

/** The monitor that is asked for; the server is loaded only then. */
async function openMonitorOf(args: Arguments): Promise<OpenedMonitor | null> {
  const given = text(args, 'monitor');
  if (given === undefined) {
    const stray = Object.keys(MONITOR_OPTIONS).find((name) => name !== 'monitor' && args[name] !== undefined);
    if (stray !== undefined) throw usageError(`--${stray}: needs --monitor ADDRESS:PORT`);
    return null;
  }
  const { address, port } = listenAddress(given);
  const readonly = args['monitor-readonly'] === true;
  const [{ openMonitor }, { isLoopback, TOKEN_PATTERN }] = await Promise.all([
    import('../monitor/server/monitor-server.ts'),
    import('../monitor/server/access.ts'),
  ]);
  const token = givenToken(args);
  if (token !== null && !TOKEN_PATTERN.test(token)) {
    throw usageError('the monitor token: expected 16 to 128 letters, digits or any of - . _ ~');
  }
  if (token === null && !isLoopback(address)) {
    throw usageError(
      `--monitor ${given}: other machines could reach it, give a token in ${TOKEN_VARIABLE} or --monitor-token-file`,
    );
  }
  const own = token === null && !readonly ? randomBytes(TOKEN_BYTES).toString('base64url') : null;
  const options = { address, port, names: list(args, 'monitor-name'), token: token ?? own, readonly };
  const server = await openMonitor({ ...options, version: packageVersion() }).catch((cause) => {
    throw outputError(`--monitor ${given}: ${systemReason(cause)}`, { cause });
  });
  return { server, address: own === null ? server.url : `${server.url}#${own}` };
}
