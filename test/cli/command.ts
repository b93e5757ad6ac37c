import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The built command: what users run. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is missing: run `npm run build` first');

/** How a process ended and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Starts the command; streams are pipes unless `stdio` says otherwise. */
export function start(args: readonly string[], stdio: StdioOptions = 'pipe'): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio });
  // A command that ends before it has read its input is part of what is tested.
  child.stdin?.on('error', () => {});
  return child;
}

/** What a started process writes until it ends. */
export async function outcome(child: ChildProcess): Promise<Outcome> {
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve([code, signal]));
  });
  const [stdout, stderr] = await Promise.all([
    child.stdout ? buffer(child.stdout) : Buffer.alloc(0),
    child.stderr ? text(child.stderr) : '',
  ]);
  const [code, signal] = await ended;
  return { code, signal, stdout, stderr };
}

/** Runs the command to its end on an input. */
export function run(args: readonly string[], input: Uint8Array | string = ''): Promise<Outcome> {
  const child = start(args);
  child.stdin?.end(input);
  return outcome(child);
}
