import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { floatWav } from '../engine/wav-of.ts';
import { noise } from '../support/signals.ts';
import { MAIN, run } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'analyze-'));
const path = (name: string): string => join(folder, name);

/** 48 kHz stereo as an AIFF, whose numbers have their highest byte first. */
function aiff16(samples: Int16Array): Buffer {
  const bytes = samples.byteLength;
  const head = Buffer.alloc(54);
  head.write('FORM....AIFFCOMM', 'latin1');
  head.writeUInt32BE(46 + bytes, 4);
  head.writeUInt32BE(18, 16);
  head.writeUInt16BE(2, 20);
  head.writeUInt32BE(samples.length / 2, 22);
  head.writeUInt16BE(16, 26);
  head.write('400ebb80', 28, 'hex');
  head.write('SSND', 38, 'latin1');
  head.writeUInt32BE(8 + bytes, 42);
  return Buffer.concat([head, Buffer.from(samples.buffer.slice(0)).swap16()]);
}

beforeAll(() => {
  writeFileSync(path('a.wav'), wav16(noise16(2 * 48000, 1)));
  writeFileSync(path('b.wav'), wav16(noise16(2 * 48000, 1).map((x) => x >> 1)));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('auralis-stream analyze', () => {
  it('says that 3 samples of a float WAV were no numbers, and where', async () => {
    const [left, right] = noise(2, 48000);
    left[24000] = Number.NaN;
    right.fill(Number.POSITIVE_INFINITY, 0, 2);
    const { code, stderr } = await run(['analyze', '--only', 'samplePeak'], floatWav([left, right], 48000));
    expect(code).toBe(0);
    expect(stderr.trim().split('\n')).toEqual([
      'auralis-stream: warning: stdin: 3 samples were not finite or above +60 dBFS and became 0: ' +
        '1 in channel 1 (FL) at 0.500 s, 2 in channel 2 (FR) from 0.000 to 0.000 s',
    ]);
  });

  it('prints a table of stdin', async () => {
    const { code, stdout } = await run(['analyze'], wav16(noise16(2 * 48000)));
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^stdin: 0:01\.00, 48000 Hz, 2 channels \(FL FR\), s16 wav\n/);
    expect(stdout.toString()).toMatch(/integrated loudness +-\d+\.\d +LUFS\n/);
  });

  it('gives two files as an array with their difference of -6 LU', async () => {
    const args = ['analyze', path('a.wav'), path('b.wav'), '--json', '--only', 'loudness,truePeak'];
    const { schema, files, differences } = JSON.parse((await run(args)).stdout.toString());
    expect(schema).toBe(1);
    expect(files.map(({ file }: { file: string }) => file)).toEqual([path('a.wav'), path('b.wav')]);
    expect(differences).toHaveLength(1);
    expect(differences[0].loudness.integrated).toBeCloseTo(-6.02, 1);
    expect(differences[0].truePeak).toBeCloseTo(-6.02, 1);
    expect(differences[0].rms).toBeUndefined();
  });

  it('exits 3 where a target is missed, with a verdict for every clause', async () => {
    const { code, stdout } = await run(['analyze', path('a.wav'), '--target', 'ebu-r128', '--json']);
    expect(code).toBe(3);
    const { verdict } = JSON.parse(stdout.toString());
    expect(verdict).toMatchObject({ target: 'ebu-r128', pass: false });
    expect(verdict.clauses.map(({ figure }: { figure: string }) => figure)).toEqual([
      'loudness.integrated',
      'truePeak',
    ]);
  });

  it('exits 0 where a target is met, after normalize', async () => {
    const normalized = await run(['normalize', path('a.wav'), path('n.wav'), '--target', 'ebu-r128']);
    expect(normalized.code).toBe(0);
    expect((await run(['analyze', path('n.wav'), '--target', 'ebu-r128'])).code).toBe(0);
  });

  it('draws one self-contained page, an SVG, and refuses to write over either', async () => {
    const args = ['analyze', path('a.wav'), '--html', path('r.html'), '--svg', path('r.svg')];
    expect((await run(args)).code).toBe(0);
    const page = readFileSync(path('r.html'), 'utf8');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(page.match(/<figure data-chart/g)).toHaveLength(6);
    expect(readFileSync(path('r.svg'), 'utf8')).toMatch(/^<svg /);
    const again = await run(args);
    expect([again.code, again.stderr]).toEqual([
      2,
      `auralis-stream: --html ${path('r.html')}: exists, add --force to write over it\n`,
    ]);
  });

  it.each([
    [['--only', 'lodness'], /measure "lodness": expected one of .* did you mean "loudness"\?/],
    [['--target', 'ebu-r12'], /no target "ebu-r12": .* did you mean "ebu-r128"\?/],
    [['--only', 'rms', '--target', 'ebu-r128'], /needs loudness\.integrated, which is not measured/],
    [['--html', '-'], /--html -: stdout has the figures, name a file/],
    [['--chart', 'loudness'], /--chart says what --svg or --png draws/],
    [['--svg', 'x.svg', '--chart', 'loudnes'], /did you mean "loudness"/],
  ])('answers %j in one line, exit code 2', async (args, message) => {
    const { code, stderr } = await run(['analyze', path('a.wav'), ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('auralis-stream normalize', () => {
  it('refuses stdin, the input as output, and what exists, in one line', async () => {
    const [a, b] = [path('a.wav'), path('b.wav')];
    for (const [args, message] of [
      [['-', path('x.wav')], 'stdin: is read twice, which only a file can be'],
      [[a, a], 'is the input'],
      [[a, b], 'exists, add --force'],
      [[a, path('x.wav'), '--limit', '--lower-target'], '--limit and --lower-target exclude each other'],
      [[a, b, '--album'], '--album needs -o DIR'],
    ] as const) {
      const { code, stderr } = await run(['normalize', ...args, '--target', '-30']);
      expect([1, 2]).toContain(code);
      expect(stderr).toContain(message);
    }
  });

  it('gives the 16 bits of a file under 400 ms back as they were, and says so', async () => {
    const short = wav16(noise16(2 * 4800));
    writeFileSync(path('short.wav'), short);
    const { code, stderr } = await run(['normalize', path('short.wav'), path('same.wav'), '--target', '-16']);
    expect(code).toBe(0);
    expect(stderr).toContain('has no integrated loudness (under 400 ms, or silent), samples unchanged');
    expect(readFileSync(path('same.wav')).equals(short)).toBe(true);
  });

  it('makes 100 ms of AIFF a WAV with the same 16 bits', async () => {
    const samples = noise16(2 * 4800);
    writeFileSync(path('short.aiff'), aiff16(samples));
    const { code } = await run(['normalize', path('short.aiff'), path('from-aiff.wav'), '--target', '-16']);
    expect(code).toBe(0);
    expect(readFileSync(path('from-aiff.wav')).equals(wav16(samples))).toBe(true);
  });

  it('exits 3 and writes nothing where the ceiling forbids the gain', async () => {
    const { code, stderr } = await run(['normalize', path('a.wav'), path('loud.wav'), '--target', '0']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/--lower-target stops at .* LUFS, --limit limits the peaks\n$/);
    expect(() => readFileSync(path('loud.wav'))).toThrow();
  });

  it('keeps the differences of an album, the 16 bits and the rate', async () => {
    const out = path('album');
    const files = [path('a.wav'), path('b.wav')];
    expect((await run(['normalize', ...files, '-o', out, '--album', '--target', '-30'])).code).toBe(0);
    const outputs = files.map((file) => join(out, file.slice(folder.length + 1)));
    const { stdout } = await run(['analyze', ...outputs, '--json', '--only', 'loudness']);
    const result = JSON.parse(stdout.toString());
    expect(result.differences[0].loudness.integrated).toBeCloseTo(-6.02, 1);
    expect(result.files[0].format).toMatchObject({ encoding: 's16', sampleRate: 48000 });
  });
});

describe.skipIf(process.platform === 'win32')('analyze --html on a full disk', () => {
  it('leaves the page of before as it was, to the byte, and no other file', () => {
    writeFileSync(path('page.html'), 'of before');
    const there = readdirSync(folder);
    // Blocks of 512 or 1024 bytes, by the shell: less than any page.
    const line = 'ulimit -f 8; exec "$@"';
    const args = ['analyze', path('a.wav'), '--html', path('page.html'), '-f'];
    expect(() =>
      execFileSync('sh', ['-c', line, 'sh', process.execPath, MAIN, ...args], { stdio: 'pipe' }),
    ).toThrow(`auralis-stream: ${path('page.html')}: file too large\n`);
    expect(readFileSync(path('page.html'), 'utf8')).toBe('of before');
    expect(readdirSync(folder)).toEqual(there);
  });
});
