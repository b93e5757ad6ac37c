import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { whiteNoise } from '../support/white-noise.ts';
import { AURALIS, channelOf, HAS_FFMPEG, HAS_SOX, offsetBetween, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-system-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MASTERING = fileURLToPath(new URL('../../pipelines/mastering.json', import.meta.url));
/** Odd on purpose: no buffer of any of the programs divides it. */
const FRAMES = 30_011;
/** Further than any latency in the pipeline. */
const RANGE = 1200;

const FORMATS = {
  s16: { ffmpeg: 'pcm_s16le', sox: '-e signed -b 16' },
  s24: { ffmpeg: 'pcm_s24le', sox: '-e signed -b 24' },
  f32: { ffmpeg: 'pcm_f32le', sox: '-e float -b 32' },
} as const;
const LAYOUTS = { 1: 'mono', 2: 'stereo', 6: '5.1' } as const;

const grid = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).flatMap((format) =>
  ([1, 2, 6] as const).flatMap((channels) =>
    [44100, 48000, 96000].map((rate) => ({ format, channels, rate, layout: LAYOUTS[channels] })),
  ),
);

/** Interleaved noise at -14 dBFS RMS, so that the compressors have something to do. */
const noiseFile = (channels: number): string => {
  const path = join(folder, `noise${channels}.f32`);
  const noise = whiteNoise(FRAMES * channels).map((sample) => sample * 0.35);
  writeFileSync(path, new Uint8Array(noise.buffer));
  return path;
};
const NOISE = { 1: noiseFile(1), 2: noiseFile(2), 6: noiseFile(6) } as const;

/** Checks the decoded master of a noise file: as many frames, and offset 0 in the first and the last channel. */
function expectAligned(decoded: Buffer, channels: 1 | 2 | 6): void {
  expect(decoded.length).toBe(FRAMES * channels * 4);
  const original = readFileSync(NOISE[channels]);
  for (const channel of new Set([0, channels - 1])) {
    const [before, after] = [original, decoded].map((bytes) => channelOf(bytes, channel, channels));
    expect(offsetBetween(before, after, RANGE)).toBe(0);
  }
}

describe.runIf(HAS_FFMPEG)('ffmpeg -> mastering -> ffmpeg: equal frame count, offset 0', () => {
  it.each(grid)('$format, $layout, $rate Hz, to flac', async ({ format, channels, rate, layout }) => {
    const flac = join(folder, `ffmpeg-${format}-${channels}-${rate}.flac`);
    const source = `-f f32le -ar ${rate} -ac ${channels} -channel_layout ${layout} -i ${NOISE[channels]}`;
    const made = await shell(
      `ffmpeg -v error ${source} -c:a ${FORMATS[format].ffmpeg} -f wav - | ${AURALIS} ${MASTERING} | ` +
        `ffmpeg -v error -y -i - ${flac}`,
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await shell(`ffmpeg -v error -i ${flac} -f f32le -`);
    expectAligned(stdout, channels);
  });
});

describe.runIf(HAS_SOX)('sox -> mastering -> sox: equal frame count, offset 0', () => {
  it.each(grid)('$format, $layout, $rate Hz, to flac', async ({ format, channels, rate }) => {
    const flac = join(folder, `sox-${format}-${channels}-${rate}.flac`);
    const source = `-t raw -e float -b 32 -r ${rate} -c ${channels} ${NOISE[channels]}`;
    const made = await shell(
      `sox -D ${source} ${FORMATS[format].sox} -t wav - | ${AURALIS} ${MASTERING} | sox -D -t wav - -b 24 ${flac}`,
    );
    expect(made.code).toBe(0);
    expect(made.stderr).not.toContain('auralis-stream');
    const { stdout } = await shell(`sox -D ${flac} -t raw -e float -b 32 -`);
    expectAligned(stdout, channels);
  });
});

describe.runIf(HAS_FFMPEG)('headers on a pipe', () => {
  const unknown = `ffmpeg -v error -f f32le -ar 48000 -ac 2 -i ${NOISE[2]} -f wav - |`;
  const known = join(folder, 'known.wav');

  it('with an unknown size are read by ffmpeg without an error, all 30,011 frames', async () => {
    const { stdout, stderr } = await shell(
      `${unknown} ${AURALIS} ${MASTERING} | ffmpeg -v error -i - -f f32le -`,
    );
    expect(stderr).toBe('');
    expect(stdout.length).toBe(FRAMES * 8);
  });

  it('with a known size are read by ffmpeg without an error, all 30,011 frames', async () => {
    await shell(`ffmpeg -v error -y -f f32le -ar 48000 -ac 2 -i ${NOISE[2]} ${known}`);
    const { stdout, stderr } = await shell(
      `cat ${known} | ${AURALIS} ${MASTERING} | ffmpeg -v error -i - -f f32le -`,
    );
    expect(stderr).toBe('');
    expect(stdout.length).toBe(FRAMES * 8);
  });

  it.runIf(HAS_SOX)('with a known size are read by sox without a warning', async () => {
    await shell(`ffmpeg -v error -y -f f32le -ar 48000 -ac 2 -i ${NOISE[2]} ${known}`);
    const { stdout, stderr } = await shell(
      `cat ${known} | ${AURALIS} ${MASTERING} | sox -t wav - -t raw -e float -b 32 -`,
    );
    expect(stderr).toBe('');
    expect(stdout.length).toBe(FRAMES * 8);
  });
});

describe.runIf(HAS_FFMPEG)('a stream that does not end well', () => {
  const wav = join(folder, 'in.wav');
  const make = (): Promise<unknown> =>
    shell(`ffmpeg -v error -y -f f32le -ar 48000 -ac 2 -i ${NOISE[2]} -c:a pcm_s16le ${wav}`);

  it('is read as far as it goes when the input is cut off, with one warning', async () => {
    await make();
    const { stdout, stderr, code } = await shell(
      `head -c 40078 ${wav} | ${AURALIS} ${MASTERING} 2>${join(folder, 'words')} | ffmpeg -v error -i - -f s16le -`,
    );
    expect(code).toBe(0);
    expect(stdout.length).toBe(40_000);
    expect(stderr).not.toContain('auralis');
    expect(readFileSync(join(folder, 'words'), 'utf8')).toBe(
      'auralis-stream: warning: input ended early: 20011 of 30011 announced frames are missing\n',
    );
  });

  it('ends with code 0 and no word when the reader takes 1000 bytes', async () => {
    await make();
    const { stdout, stderr, code } = await shell(
      `cat ${wav} ${wav} ${wav} | ${AURALIS} ${MASTERING} | head -c 1000`,
    );
    expect(stdout.length).toBe(1000);
    expect([stderr, [0, 141].includes(code)]).toEqual(['', true]);
  });

  it.each([
    ['TERM', 143],
    ['INT', 130],
  ] as const)('gives a file that ffprobe reads after SIG%s, code %d', async (signal, code) => {
    await make();
    const out = join(folder, `${signal}.wav`);
    const { stdout } = await shell(
      `set -m; (head -c 100078 ${wav}; sleep 10) | { ${AURALIS} ${MASTERING} > ${out} & pid=$!; sleep 2; ` +
        `kill -${signal} $pid; wait $pid; echo $?; kill -- -$$; } 2>/dev/null`,
    );
    expect(stdout.toString().trim()).toBe(String(code));
    const probe = await shell(`ffprobe -v warning -show_entries stream=duration_ts -of csv=p=0 ${out}`);
    expect([probe.stdout.toString(), probe.stderr]).toEqual(['25000\n', '']);
  });

  it.each([
    ['Opus', `ffmpeg -v error -f f32le -ar 48000 -ac 2 -i ${NOISE[2]} -c:a libopus -f ogg -`],
    ['AAC', `ffmpeg -v error -f f32le -ar 48000 -ac 2 -i ${NOISE[2]} -c:a aac -f adts -`],
    ['nothing', 'true'],
  ])('%s is refused with code 1, one line, and nothing on stdout', async (_what, source) => {
    const { stdout, stderr, code } = await shell(`${source} 2>/dev/null | ${AURALIS} ${MASTERING}`);
    expect(code).toBe(1);
    expect(stdout.length).toBe(0);
    expect(stderr).toMatch(/^auralis-stream: stdin: [^\n]+\n$/);
  });
});
