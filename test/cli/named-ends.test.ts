import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { namedEnds, openNamedInputs, openNamedOutputs } from '../../src/cli/named-ends.ts';
import { type PipelineDefinition, parsePipeline } from '../../src/graph/pipeline.ts';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-ends-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const STEMS = file('stems.json');
const SUM = file('sum.json');
writeFileSync(
  STEMS,
  '{"stages":[{"stage":"limiter","id":"late","lookahead":9},{"stage":"gain","gain":-6}],"outputs":{"main":"gain","dry":"in","low":"late"}}',
);
writeFileSync(
  SUM,
  '{"inputs":["voice","music"],"stages":[{"stage":"mix","input":["voice",{"from":"music","gain":-120}]}]}',
);
const WAV = wav16(noise16(96_000));
const IN = file('in.wav');
const BED = file('bed.wav');
writeFileSync(IN, WAV);
writeFileSync(BED, wav16(noise16(20_000, 4)));

const definitionOf = (path: string): PipelineDefinition => parsePipeline(readFileSync(path, 'utf8'), path);

describe.concurrent('--out', () => {
  it('writes a further output to a file and another to a descriptor, each whole, main alone on stdout', async () => {
    const fd = openSync(file('low.wav'), 'w');
    const args = [STEMS, '-', '-', '--out', `dry=${file('dry.wav')}`, '--out', 'low=fd:3'];
    const child = start(args, ['pipe', 'pipe', 'pipe', fd]);
    child.stdin!.end(WAV);
    const { code, stdout, stderr } = await outcome(child);
    closeSync(fd);
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(file('dry.wav')).equals(WAV)).toBe(true);
    expect([stdout.length, readFileSync(file('low.wav')).length]).toEqual([WAV.length, WAV.length]);
  });

  it('holds main up while a pipe on fd:3 is not read, and gives every byte then', async () => {
    const bytes = wav16(noise16(2_000_000));
    const path = file('long.wav');
    writeFileSync(path, bytes);
    const args = [STEMS, path, '-', '--out', `dry=${file('long-dry.wav')}`, '--out', 'low=fd:3'];
    const child = start(args, ['ignore', 'pipe', 'pipe', 'pipe']);
    let main = 0;
    child.stdout!.on('data', (chunk: Buffer) => {
      main += chunk.length;
    });
    await pause(600);
    const held = main;
    let low = 0;
    (child.stdio[3] as NodeJS.ReadableStream).on('data', (chunk: Buffer) => {
      low += chunk.length;
    });
    expect((await outcome(child)).code).toBe(0);
    expect(held).toBeLessThan(2_000_000);
    expect([main, low]).toEqual([bytes.length, bytes.length]);
  });

  it('leaves readable files with --partial, sizes in their headers, when a signal ends the run', async () => {
    const [main, dry, low] = ['s-main.wav', 's-dry.wav', 's-low.wav'].map(file);
    const child = start([STEMS, '-', main, '--out', `dry=${dry}`, '--out', `low=${low}`, '--partial']);
    child.stdin!.write(WAV.subarray(0, 44 + 40_000 * 4));
    const ended = outcome(child);
    while (readdirSync(folder).filter((name) => name.endsWith('.part')).length < 3) await pause(20);
    await pause(300);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    for (const path of [main, dry, low]) {
      const bytes = readFileSync(path);
      expect([bytes.length, bytes.readUInt32LE(40)]).toEqual([44 + 40_000 * 4, 40_000 * 4]);
    }
  });

  it.each([
    [[], 'the pipeline has a further output "dry": add --out dry=FILE'],
    [['dry=a.wav'], 'the pipeline has a further output "low": add --out low=FILE'],
    [['dry=a.wav', 'lwo=b.wav'], '--out "lwo": the pipeline has no further output of that name'],
    [['dry=a.wav', 'dry=b.wav'], '--out dry: is given twice'],
    [['dry'], '--out "dry": expected NAME=FILE, or NAME=fd:N'],
    [['main=a.wav'], '--out main: is OUT, give it as an argument'],
    [['dry=a.wav', 'low=./a.wav'], '--out low=./a.wav: is --out dry too, choose another file'],
    [[`dry=${IN}`, 'low=a.wav'], `--out dry=${IN}: is read by the run, choose another output`],
    [['dry=fd:9', 'low=a.wav'], '--out dry=fd:9: '],
    [['dry=-', 'low=a.wav'], '--out dry=-: stdout is OUT, name a file or fd:N'],
    [['dry=fd:1', 'low=a.wav'], '--out dry=fd:1: expected a file, or a descriptor from fd:3 up'],
    [[`dry=${BED}`, 'low=a.wav'], `${BED}: exists, add --force to write over it`],
  ])('%j is refused in one line: %s', (given, words) => {
    const open = (): unknown => {
      const { outputs } = namedEnds({ '--out': given }, definitionOf(STEMS));
      return openNamedOutputs(outputs, false, { inputs: [IN], output: undefined });
    };
    expect(open).toThrow(words);
    expect(open).toThrow(/^[^\n]+$/);
  });
});

describe.concurrent('--in', () => {
  it('reads a further input from a file, and gives the first one’s length', async () => {
    const { code, stdout, stderr } = await run([SUM, IN, '-', '--in', `music=${BED}`]);
    expect([code, stdout.length, stderr]).toEqual([0, WAV.length, '']);
  });

  it('reads it from a descriptor, here a pipe', async () => {
    const child = start([SUM, IN, '-', '--in', 'music=fd:3'], ['ignore', 'pipe', 'pipe', 'pipe']);
    (child.stdio[3] as unknown as NodeJS.WritableStream).end(readFileSync(BED));
    const [{ code, stdout }, expected] = await Promise.all([
      outcome(child),
      run([SUM, IN, '-', '--in', `music=${BED}`]),
    ]);
    expect(code).toBe(0);
    expect(stdout.equals(expected.stdout)).toBe(true);
  });

  it.each([
    ['usage', [], 'the pipeline takes a second input "music": add --in music=FILE'],
    ['usage', ['voice=x.wav'], '--in voice: is IN, give it as an argument'],
    ['usage', ['musik=x.wav'], 'did you mean "music"?'],
    ['usage', ['music=-'], '--in music=-: stdin is IN, name a file or fd:N'],
    ['input', ['music=missing.wav'], 'missing.wav: no such file or directory'],
    ['input', ['music=fd:77'], '--in music=fd:77: bad file descriptor'],
  ])('is a %s error for %j: %s', (kind, given, words) => {
    const open = (): unknown => openNamedInputs(namedEnds({ '--in': given }, definitionOf(SUM)).inputs);
    expect(open).toThrow(expect.objectContaining({ kind, message: expect.stringContaining(words) }));
  });
});

describe.concurrent('--allow-outside', () => {
  it('lets a pipeline name a file outside of its folder', async () => {
    const part = file('part.json');
    writeFileSync(part, '{"stages":[]}');
    const outside = mkdtempSync(join(tmpdir(), 'auralis-outside-'));
    const user = join(outside, 'user.json');
    writeFileSync(user, JSON.stringify({ stages: [{ use: part }] }));
    const refused = await run([user, IN]);
    expect([refused.code, refused.stderr.includes('add --allow-outside')]).toEqual([2, true]);
    const allowed = await run([user, IN, '-', '--allow-outside']);
    expect(allowed.stdout.equals(WAV)).toBe(true);
    rmSync(outside, { recursive: true });
  });
});
