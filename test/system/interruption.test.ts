import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, outcome, run, start } from '../cli/command.ts';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { AURALIS, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-interrupted-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const EMPTY = file('empty.json');
writeFileSync(EMPTY, '{"stages":[]}');
/** 3 s of stereo at 48 kHz: more than any pipe or buffer on the way holds. */
const WAV = wav16(noise16(288_000));
const IN = file('in.wav');
writeFileSync(IN, WAV);
const FIRST_HALF = WAV.subarray(0, 44 + 72_000 * 4);

/** Resolves when a run has opened its input and is at work, however slow the machine is. */
async function atWork({ pid }: ChildProcess): Promise<void> {
  if (process.platform !== 'linux') return pause(1500);
  const links = (): string[] =>
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return [];
      }
    });
  while (!links().includes(IN)) await pause(20);
  await pause(300);
}

/** The size of the audio that a WAV's header gives, and how much there is. */
function sizes(path: string): readonly [announced: number, there: number] {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return [bytes.readUInt32LE(at - 4), bytes.length - at];
}

describe.runIf(process.platform !== 'win32')('a named pipe as OUT', () => {
  let pipes = 0;
  const pipe = (): string => {
    const path = file(`pipe${++pipes}`);
    execFileSync('mkfifo', [path]);
    return path;
  };

  it.each([
    ['INT', 130],
    ['TERM', 143],
  ] as const)('that nobody reads ends with SIG%s in 2 s, code %i', async (signal, code) => {
    const child = start([EMPTY, IN, pipe()]);
    const ended = outcome(child);
    await atWork(child);
    const began = performance.now();
    child.kill(`SIG${signal}`);
    expect((await ended).code).toBe(code);
    // 2 s, and what a busy machine adds; a run that hangs takes for ever.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('whose reader is stuck ends with SIGINT in 2 s, code 130', async () => {
    const out = pipe();
    const reader = spawn('bash', ['-c', `sleep 20 < '${out}'`], { detached: true });
    const child = start([EMPTY, IN, out]);
    const ended = outcome(child);
    await atWork(child);
    await pause(500);
    const began = performance.now();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    // 2 s, and what a busy machine adds; a run that hangs takes for ever.
    expect(performance.now() - began).toBeLessThan(5000);
    process.kill(-reader.pid!);
  });

  it('gives every byte to a reader that comes late', async () => {
    const out = pipe();
    const { stdout } = await shell(`${AURALIS} ${EMPTY} ${IN} ${out} & sleep 1; cat ${out}; wait`);
    expect(stdout.equals(WAV)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('leaves a stdout that it shares with others as it is', async () => {
    const child = start([EMPTY, IN, pipe()]);
    const ended = outcome(child);
    await atWork(child);
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/fdinfo/1`, 'utf8'))![1];
    child.kill();
    await ended;
    // O_NONBLOCK, in the octal of asm-generic/fcntl.h.
    expect(Number.parseInt(flags, 8) & 0o4000).toBe(0);
  });
});

describe('an upstream that does not end well', () => {
  it('killed: what it wrote is in a complete file, with one warning, code 0', async () => {
    const out = file('killed.wav');
    const line = `(cat; kill -KILL $BASHPID) < ${file('half')} | ${AURALIS} ${EMPTY} - ${out}`;
    writeFileSync(file('half'), FIRST_HALF);
    const { stderr } = await shell(line);
    expect(sizes(out)).toEqual([72_000 * 4, 72_000 * 4]);
    expect(stderr).toContain('warning: input ended early: 72000 of 144000 announced frames are missing');
  });

  it('stalled: ends after --stall-timeout with what came, a warning and code 0', async () => {
    const out = file('stalled.wav');
    const child = start([EMPTY, '-', out, '--stall-timeout', '1s']);
    child.stdin!.write(FIRST_HALF);
    const { code, stderr } = await outcome(child);
    expect(code).toBe(0);
    expect(sizes(out)).toEqual([72_000 * 4, 72_000 * 4]);
    expect(stderr).toContain('warning: stdin: gave nothing for 1s');
  });

  it('that sends nothing at all for 500 ms: code 1', async () => {
    const { code, stderr } = await outcome(start([EMPTY, '--stall-timeout', '500ms']));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^auralis-stream: stdin: empty input[^\n]*\n$/),
    ]);
  });

  it('slow, but never for as long as --stall-timeout: every byte, code 0', async () => {
    const child = start([EMPTY, '--stall-timeout', '1s']);
    const ended = outcome(child);
    for (let at = 0; at < WAV.length; at += WAV.length / 4) {
      child.stdin!.write(WAV.subarray(at, at + WAV.length / 4));
      await pause(500);
    }
    child.stdin!.end();
    const { code, stdout } = await ended;
    expect([code, stdout.equals(WAV)]).toEqual([0, true]);
  });

  it('closed before it began: code 1, one line', async () => {
    const { stderr, code } = await shell(`${AURALIS} ${EMPTY} <&-`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^auralis-stream: stdin: [^\n]+\n$/);
  });
});

describe('a downstream that does not end well', () => {
  it('slow for longer than --stall-timeout is no stall: every byte', async () => {
    const { stdout } = await shell(
      `cat ${IN} | ${AURALIS} ${EMPTY} --stall-timeout 500ms | (head -c 1000; sleep 2; cat)`,
    );
    expect(stdout.equals(WAV)).toBe(true);
  });

  it('gone at once, by SIGPIPE and EPIPE: code 0 and no word', async () => {
    const { stderr } = await shell(`${AURALIS} ${EMPTY} ${IN} | true`);
    expect(stderr).toBe('');
  });

  it.runIf(existsSync('/dev/full'))('full, as stdout: code 4, one line', async () => {
    const { stderr, code } = await shell(`${AURALIS} ${EMPTY} ${IN} > /dev/full`);
    expect([code, stderr]).toEqual([4, 'auralis-stream: stdout: no space left on device\n']);
  });

  it.runIf(process.platform === 'linux').each([true, false])(
    'full at 200 KiB: code 4; a part that can be read with --partial (%s), else nothing',
    async (partial) => {
      const place = file(`limit-${partial}`);
      const out = join(place, 'out.wav');
      const option = partial ? '--partial' : '';
      const { stderr, code } = await shell(
        `mkdir ${place}; ulimit -f 200; ${AURALIS} ${EMPTY} ${IN} ${out} ${option}`,
      );
      expect([code, stderr]).toEqual([4, `auralis-stream: ${out}: file too large\n`]);
      expect(readdirSync(place)).toEqual(partial ? ['out.wav'] : []);
      if (!partial) return;
      const [announced, there] = sizes(out);
      expect(announced).toBe(there);
      expect(there).toBeGreaterThan(100 * 1024);
    },
  );
});

describe.runIf(process.platform !== 'win32')('SIGSTOP, as Ctrl-Z, and SIGCONT', () => {
  it('stop a run for longer than --stall-timeout, and nothing is lost', async () => {
    const child = start([EMPTY, '--stall-timeout', '2s']);
    const ended = outcome(child);
    child.stdin!.write(FIRST_HALF);
    await pause(700);
    // What Ctrl-Z does, but for the system's leave to ignore SIGTSTP where no shell watches the group.
    child.kill('SIGSTOP');
    await pause(3500);
    child.kill('SIGCONT');
    await pause(100);
    child.stdin!.end(WAV.subarray(FIRST_HALF.length));
    const { code, stdout } = await ended;
    expect([code, stdout.equals(WAV)]).toEqual([0, true]);
  });
});

describe.runIf(process.platform === 'linux')('where the system sets limits', () => {
  it('that WebAssembly memory does not fit, the reference backend gives the same bytes', async () => {
    const { stdout, code } = await shell(`ulimit -v 4000000; ${AURALIS} mastering ${IN}`);
    const free = await run(['mastering', IN]);
    expect([code, stdout.equals(free.stdout)]).toEqual([0, true]);
  });

  it('of a folder that was removed, says so in one line, code 2', async () => {
    const { stderr, code } = await shell(
      `mkdir ${file('gone')}; cd ${file('gone')}; rmdir ${file('gone')}; ${AURALIS} demo`,
    );
    expect([code, stderr]).toEqual([
      2,
      'auralis-stream: the current folder has been removed, change to one that exists\n',
    ]);
  });
});

it('demo cut short by SIGINT leaves a file whose header fits, code 130', async () => {
  const out = file('demo.wav');
  const { stdout } = await shell(
    `'${process.execPath}' '${MAIN}' demo --seconds 3000 > ${out} & sleep 1.5; kill -INT $!; wait $!; echo $?`,
  );
  expect(stdout.toString()).toBe('130\n');
  const [announced, there] = sizes(out);
  expect(announced).toBe(there);
  expect(there).toBeGreaterThan(0);
});
