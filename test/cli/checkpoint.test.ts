import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/checkpoint/checkpoint.ts';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-checkpoint-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const CHAIN = file('chain.json');
const OTHER = file('other.json');
writeFileSync(CHAIN, '{"stages":[{"stage":"compressor"},{"stage":"limiter","ceiling":-3}]}');
writeFileSync(OTHER, '{"stages":[{"stage":"compressor"},{"stage":"limiter","ceiling":-4}]}');
/** 3 s of stereo at 48 kHz. */
const WAV = wav16(noise16(288_000));
const IN = file('in.wav');
writeFileSync(IN, WAV);

const WHOLE = run([CHAIN, IN]).then(({ stdout }) => stdout);

/** Gives a run a part of its input and ends it by a signal when it has written a checkpoint. */
async function interrupted(args: readonly string[], checkpoint: string, signal: NodeJS.Signals = 'SIGKILL') {
  const child = start([...args, '--checkpoint', checkpoint, '--checkpoint-every', '500ms']);
  const ended = outcome(child);
  child.stdin!.write(WAV.subarray(0, 400_000));
  while (!existsSync(checkpoint)) await pause(10);
  child.kill(signal);
  return ended;
}

describe.concurrent('a killed run', () => {
  it('goes on into its file by the same words and options, to the bytes of one that was let alone', async () => {
    const [ckpt, out] = [file('a.ckpt'), file('a.wav')];
    await interrupted([CHAIN, '-', out], ckpt);
    expect(existsSync(out)).toBe(false);
    const { position, unfinished } = await readCheckpoint(ckpt);
    expect(position.inputFrame % 24_000).toBe(0);
    expect(readdirSync(folder)).toContain(unfinished!.file);
    const told = (await run(['checkpoint', ckpt])).stdout.toString();
    expect(told).toContain(`output byte   ${position.outputByte}\n`);
    expect(told).toContain(`unfinished in ${unfinished!.file}`);
    const again = await run([CHAIN, IN, out, '--resume', ckpt, '--checkpoint', ckpt]);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(readFileSync(out).equals(await WHOLE)).toBe(true);
    expect(existsSync(ckpt)).toBe(false);
  });

  it('goes on in a pipe from the frame of the checkpoint, with the whole input or the rest of it', async () => {
    const ckpt = file('b.ckpt');
    const { stdout } = await interrupted([CHAIN], ckpt);
    const { inputFrame, outputByte, unfinished } = JSON.parse(
      (await run(['checkpoint', ckpt, '--json'])).stdout.toString(),
    );
    expect(unfinished).toBe(null);
    const head = stdout.subarray(0, outputByte);
    expect(head.length).toBe(outputByte);
    const all = await run([CHAIN, '--resume', ckpt, '--resume-input', 'start'], WAV);
    expect(Buffer.concat([head, all.stdout]).equals(await WHOLE)).toBe(true);
    const restOfInput = wav16(noise16(288_000).subarray(2 * inputFrame));
    const rest = await run([CHAIN, '--resume', ckpt, '--resume-input', 'rest'], restOfInput);
    expect(rest.stdout.equals(all.stdout)).toBe(true);
  });

  it('that was asked to stop leaves what it has for --resume, and says so', async () => {
    const [ckpt, out] = [file('c.ckpt'), file('c.wav')];
    const { code, stderr } = await interrupted([CHAIN, '-', out], ckpt, 'SIGTERM');
    expect(code).toBe(143);
    expect(stderr).toMatch(/^auralis-stream: to go on from \d\.\d{3} s: --resume .*c\.ckpt$/m);
    const again = await run([CHAIN, IN, out, '--resume', ckpt]);
    expect(again.code).toBe(0);
    expect(readFileSync(out).equals(await WHOLE)).toBe(true);
  });

  it('begins at the start where --resume and --checkpoint name one file that is not there yet', async () => {
    const [ckpt, out] = [file('d.ckpt'), file('d.wav')];
    const { code, stderr } = await run([CHAIN, IN, out, '--resume', ckpt, '--checkpoint', ckpt]);
    expect([code, stderr]).toEqual([0, `auralis-stream: ${ckpt} is not there yet, beginning at the start\n`]);
  });
});

describe.concurrent('what can not be gone on with', () => {
  it('is told in one line, with code 1 for a file and 2 for a command line', async () => {
    const ckpt = file('e.ckpt');
    await interrupted([CHAIN], ckpt);
    const damaged = file('damaged.ckpt');
    writeFileSync(damaged, readFileSync(ckpt).fill(0, 500, 510));
    const here = ['--resume', ckpt];
    const cases: [string[], number, string][] = [
      [[CHAIN, IN, '-', '--resume', damaged], 1, 'damaged.ckpt: is damaged: its checksum does not match'],
      [['checkpoint', file('none.ckpt')], 1, 'none.ckpt: no such file or directory'],
      [[OTHER, IN, '-', ...here], 2, 'is not the pipeline of the checkpoint'],
      [[CHAIN, '-', '-', ...here], 2, 'the input is a pipe, say with --resume-input what it brings'],
      [[CHAIN, IN, file('new.wav'), ...here], 2, 'new.wav: the run of the checkpoint wrote to a stream'],
      [
        [CHAIN, IN, '-', ...here, '--resume-input', 'rest'],
        2,
        `--resume-input rest: ${IN} is a file, which is read from its start; leave it out`,
      ],
      [[CHAIN, IN, file('x.flac'), ...here], 2, "x.flac: is encoded by ffmpeg, which can't be gone on with"],
      [[CHAIN, IN, '-', '--resume-input', 'rest'], 2, '--resume-input: needs --resume FILE'],
      [[CHAIN, IN, '-', '--checkpoint', OTHER], 2, 'exists and is no checkpoint, choose a new name'],
      [[CHAIN, IN, '-', '--checkpoint', file('none/x')], 4, 'none/x: no such file or directory'],
      [[CHAIN, IN, file('x.mp3'), '--checkpoint', file('x')], 2, 'x.mp3: is encoded by ffmpeg'],
    ];
    const ends = await Promise.all(cases.map(([args]) => run(args, WAV)));
    for (const [n, [, code, line]] of cases.entries()) {
      expect(ends[n].stderr).toContain(line);
      expect(ends[n].stderr.trim().split('\n')).toHaveLength(1);
      expect(ends[n].code).toBe(code);
      expect(ends[n].stdout.length).toBe(0);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a checkpoint', () => {
  it('is refused in 1 line, code 2, where a pipe is or a file of something else beside it: both stay', async () => {
    const pipe = file('pipe');
    execFileSync('mkfifo', [pipe]);
    const beside = file('mine.ckpt.part');
    writeFileSync(beside, 'of somebody');
    symlinkSync(pipe, file('to-pipe'));
    for (const [name, reason] of [
      ['pipe', 'pipe: is no regular file, choose a new name'],
      ['to-pipe', 'to-pipe: is no regular file, choose a new name'],
      ['mine.ckpt', 'mine.ckpt.part: exists and is no checkpoint, choose a new name'],
    ]) {
      const { code, stderr } = await run([CHAIN, IN, file(`${name}.wav`), '--checkpoint', file(name)]);
      expect([code, stderr]).toEqual([2, `auralis-stream: --checkpoint ${join(folder, reason)}\n`]);
    }
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readFileSync(beside, 'utf8')).toBe('of somebody');
  });

  it("goes where a link leads, which stays through 2 runs and finds nothing at the second one's start", async () => {
    const [link, ckpt] = [file('link.ckpt'), file('behind.ckpt')];
    symlinkSync('behind.ckpt', link);
    await interrupted([CHAIN, '-', file('l.wav')], link);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(lstatSync(ckpt).isFile()).toBe(true);
    const again = await run([CHAIN, IN, file('l.wav'), '--resume', link, '--checkpoint', link]);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(existsSync(ckpt)).toBe(false);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});
