import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { MAIN } from '../cli/command.ts';

/** Whether a program answers; where CI is set a missing one is an error, because there nothing may be skipped. */
function isThere(program: string, versionOption: string): boolean {
  try {
    execFileSync(program, [versionOption], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error(`${program} is missing, and CI must not skip its tests`);
    process.stderr.write(`system tests: ${program} is not installed, its tests are skipped\n`);
    return false;
  }
}

export const HAS_FFMPEG = isThere('ffmpeg', '-version');
export const HAS_SOX = isThere('sox', '--version');
export const HAS_ICECAST = isThere('icecast2', '-v');
export const HAS_LIQUIDSOAP = isThere('liquidsoap', '--version');

/** The built command as a shell runs it. */
export const AURALIS = `'${process.execPath}' '${MAIN}'`;

/** What a shell line wrote. */
export interface ShellOutcome {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Exit code of the line, that of the first program in it that failed. */
  readonly code: number;
}

/** Runs a line with real pipes between real programs. */
export async function shell(line: string): Promise<ShellOutcome> {
  const options = { encoding: 'buffer', maxBuffer: 1 << 28 } as const;
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-o', 'pipefail', '-c', line], options);
    return { stdout, stderr: stderr.toString(), code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: Buffer; stderr: Buffer; code: number };
    return { stdout, stderr: stderr.toString(), code };
  }
}

/** Samples of 32-bit float, interleaved, one channel of them. */
export function channelOf(bytes: Buffer, channel: number, channels: number): Float32Array {
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  return Float32Array.from({ length: all.length / channels }, (_, frame) => all[frame * channels + channel]);
}

/** The lag in frames, within +-`range`, at which `b` resembles `a` most: the peak of their cross-correlation. */
export function offsetBetween(a: Float32Array, b: Float32Array, range: number): number {
  const frames = Math.min(a.length, b.length) - 2 * range;
  let best = Number.NEGATIVE_INFINITY;
  let offset = 0;
  for (let lag = -range; lag <= range; lag++) {
    let sum = 0;
    for (let i = 0; i < frames; i++) sum += a[range + i] * b[range + i + lag];
    if (sum > best) [best, offset] = [sum, lag];
  }
  return offset;
}
