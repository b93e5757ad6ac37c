import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-live-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** 5.0 ms of lookahead and 1.8 ms of its oversampling. */
const PIPELINE = join(folder, 'limiter.json');
writeFileSync(PIPELINE, '{"stages":[{"stage":"limiter"}]}');

/** Packets of 10 ms: stereo of 16 bits at 48 kHz. */
const PACKET_FRAMES = 480;
const FRAME_BYTES = 4;
/** Packets from one impulse to the next. */
const SPACING = 8;
const IMPULSES = 12;

/** Sends packets as a sound card does and says by how many ms each impulse came out later than it went in. */
async function delays(args: readonly string[]) {
  const child = start([PIPELINE, '--raw', 's16le:48000:2', '--live', ...args]);
  const cameOut: number[] = [];
  let frames = 0;
  child.stdout!.on('data', (bytes: Buffer) => {
    for (let at = 0; at + FRAME_BYTES <= bytes.length; at += FRAME_BYTES) {
      if (bytes.readInt16LE(at) > 8000) cameOut.push(performance.now());
    }
    frames += bytes.length / FRAME_BYTES;
  });
  const said = outcomeOfStderr(child);
  const wentIn: number[] = [];
  // Until the first frames have come out the process is starting.
  const packet = Buffer.alloc(PACKET_FRAMES * FRAME_BYTES);
  while (frames === 0) {
    child.stdin!.write(packet);
    await pause(10);
  }
  const began = performance.now();
  for (let n = 0; n < SPACING * (IMPULSES + 1); n++) {
    const bytes = Buffer.from(packet);
    if (n % SPACING === 0 && n < SPACING * IMPULSES) {
      // The last frame has the longest way: its packet is the freshest that it could come in.
      bytes.writeInt16LE(16000, bytes.length - FRAME_BYTES);
      wentIn.push(performance.now());
    }
    child.stdin!.write(bytes);
    await pause(Math.max(0, began + (n + 1) * 10 - performance.now()));
  }
  child.stdin!.end();
  return { each: cameOut.map((at, n) => at - wentIn[n]), stderr: await said };
}

async function outcomeOfStderr(child: ReturnType<typeof start>): Promise<string> {
  let text = '';
  child.stderr!.on('data', (bytes) => {
    text += bytes;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return text;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

describe('--live with packets of 10 ms', () => {
  it.each([
    ['alone', [], /live, (6\.8) ms late: 6\.8 ms in the pipeline\n/],
    [
      'before a fallback',
      ['--fallback', 'silence'],
      /live, (36\.8) ms late: 6\.8 ms in the pipeline and 30\.0 ms/,
    ],
  ])('%s is late by less than the latency of the pipeline and 60 ms', async (_, args, line) => {
    const { each, stderr } = await delays(args);
    expect(stderr).toMatch(line);
    expect(each.length).toBe(IMPULSES);
    // Of what is late on a busy machine now and then, half the impulses know nothing.
    expect(median(each)).toBeLessThan(6.8 + 60);
  });

  it('refuses 2 threads, which hold the output back by 128 blocks', async () => {
    expect(await run([PIPELINE, '--live', '--threads', '2'])).toMatchObject({
      code: 2,
      stderr:
        'auralis-stream: --threads 2: holds the output back for seconds; with --live there is one thread\n',
    });
  });

  it('gives the same bytes as without it', async () => {
    const wav = wav16(noise16(100_000));
    const [plain, live] = await Promise.all([run([PIPELINE], wav), run([PIPELINE, '--live'], wav)]);
    expect(live.code).toBe(0);
    expect(live.stdout.equals(plain.stdout)).toBe(true);
  });
});

it('a file of 0.3 s with --pace comes out whole, without a word', async () => {
  const [input, paced, plain] = ['0.3s.wav', 'paced.wav', 'plain.wav'].map((name) => join(folder, name));
  writeFileSync(input, wav16(noise16(2 * 14_400)));
  const { code, stderr } = await run([PIPELINE, input, paced, '--pace', '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  await run([PIPELINE, input, plain]);
  const samples = (path: string): Buffer => readFileSync(path).subarray(-14_400 * FRAME_BYTES);
  expect(samples(paced).equals(samples(plain))).toBe(true);
});

describe('what is said of a stream on air', () => {
  it.each([
    [['--starve-after', '1s'], '--starve-after: needs --fallback silence, noise or FILE'],
    [['--on-end', 'stop'], '--on-end "stop": expected one of exit, fallback'],
    [['--fallback', 'no.wav'], 'no.wav: no such file or directory'],
    [['--fallback', 'noise', '--back-after', '3'], '--back-after "3": expected a time with its unit'],
  ])('%j is refused in one line', async (args, words) => {
    const { code, stderr } = await run([PIPELINE, ...args], wav16(noise16(1000)));
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(words);
  });

  it.each([
    [['--checkpoint', 'run.ckpt', '--fallback', 'noise'], '--checkpoint: not with --fallback'],
    [['--resume', 'none.ckpt', '--pace'], '--resume: not with --pace'],
    [['--checkpoint', 'run.ckpt', '--on-end', 'fallback'], '--checkpoint: not with --on-end fallback'],
  ])('%j is refused with exit code 2: a checkpoint holds nothing of the air', async (args, words) => {
    const { code, stderr } = await run([PIPELINE, ...args], wav16(noise16(1000)));
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  it('is a word or a reason on stderr and one line in the log for each event, with a frame', async () => {
    const events = join(folder, 'events.jsonl');
    const wav = wav16(noise16(20_000));
    const child = start([PIPELINE, '--fallback', 'noise', '--starve-after', '50ms', '--events', events]);
    const ended = outcome(child);
    child.stdin!.write(wav.subarray(0, 20_044));
    // The first word is that it starves.
    await once(child.stderr!, 'data');
    child.stdin!.end();
    const { stderr, code } = await ended;
    expect(code).toBe(0);
    const early = 'input ended early: 5000 of 10000 announced frames are missing';
    expect(stderr).toBe(`auralis-stream: starved\nauralis-stream: ${early}\nauralis-stream: off\n`);
    const lines = readFileSync(events, 'utf8').trim().split('\n');
    const [starved, damaged, off] = lines.map((line) => JSON.parse(line));
    // 5000 frames came, of which 20 ms and what is short of 10 ms are held back.
    expect(starved).toEqual({ time: expect.stringMatching(/^2.*Z$/), event: 'starved', frame: 3840 });
    expect(damaged).toMatchObject({ event: 'damaged', reason: early });
    expect(off).toMatchObject({ event: 'off', dropped: 200 });
    expect(off.frame).toBe(5000 - 200 + off.inserted);
  });
});
