import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { whiteNoise } from '../support/white-noise.ts';
import { AURALIS, HAS_FFMPEG, HAS_SOX, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const EMPTY = file('empty.json');
writeFileSync(EMPTY, '{"stages":[]}');
const FRAMES = 10_008;
/** Stereo, 64-bit float, with more bits than any integer format keeps. */
const NOISE = file('noise.f64');
writeFileSync(
  NOISE,
  new Uint8Array(Float64Array.from(whiteNoise(FRAMES * 2), (x, i) => x * 0.9 + i * 1e-12).buffer),
);

/** Bits of a sample that must come through: all, or the 24 of a 32-bit float. */
type Kept = 'all' | '24 bits';

/** Largest difference of two streams of 64-bit floats, of each sample relative to its own size. */
function worst(a: Buffer, b: Buffer): number {
  expect(b.length).toBe(a.length);
  const [x, y] = [a, b].map((bytes) => new Float64Array(new Uint8Array(bytes).buffer));
  return x.reduce(
    (most, value, i) => Math.max(most, value === y[i] ? 0 : Math.abs(value - y[i]) / Math.abs(value)),
    0,
  );
}

/** Rounding to 24 bits changes a number by this part of itself at most. */
const HALF_STEP = 2 ** -24;
const limitOf = (kept: Kept): number => (kept === 'all' ? 0 : HALF_STEP);

const FFMPEG: readonly (readonly [container: string, codec: string, kept: Kept])[] = [
  ...(['wav', 'w64'] as const).flatMap((container) =>
    ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le', 'pcm_alaw', 'pcm_mulaw'].map(
      (codec) =>
        [container, codec, /32le$|f64/.test(codec) && codec !== 'pcm_f32le' ? '24 bits' : 'all'] as const,
    ),
  ),
  ...[
    'pcm_s8',
    'pcm_s16be',
    'pcm_s24be',
    'pcm_s32be',
    'pcm_s16le',
    'pcm_f32be',
    'pcm_f64be',
    'pcm_alaw',
    'pcm_mulaw',
  ].map((codec) => ['aiff', codec, /s32be|f64be/.test(codec) ? '24 bits' : 'all'] as const),
  ...['pcm_s8', 'pcm_s16be', 'pcm_s24be', 'pcm_s32be', 'pcm_f32be', 'pcm_f64be', 'pcm_alaw', 'pcm_mulaw'].map(
    (codec) => ['au', codec, /s32be|f64be/.test(codec) ? '24 bits' : 'all'] as const,
  ),
];

describe.runIf(HAS_FFMPEG)('what ffmpeg writes comes out as ffmpeg itself decodes it', () => {
  const decode = (source: string): string => `ffmpeg -v error ${source} -c:a pcm_f64le -f f64le -`;

  it.each(FFMPEG)('%s, %s: %s', async (container, codec, kept) => {
    const path = file(`ffmpeg-${codec}.${container}`);
    await shell(
      `ffmpeg -v error -y -f f64le -ar 48000 -ac 2 -i ${NOISE} -c:a ${codec} -f ${container} ${path}`,
    );
    const [own, ours, piped] = await Promise.all([
      shell(decode(`-i ${path}`)),
      shell(`${AURALIS} ${EMPTY} ${path} | ${decode('-i -')}`),
      shell(
        `ffmpeg -v quiet -i ${path} -c:a copy -f ${container} - | ${AURALIS} ${EMPTY} | ${decode('-i -')}`,
      ),
    ]);
    expect(own.stdout.length).toBe(FRAMES * 16);
    expect(ours.stderr).toBe('');
    expect(worst(own.stdout, ours.stdout)).toBeLessThanOrEqual(limitOf(kept));
    // AIFF can not be written to a pipe without its sizes.
    if (container !== 'aiff') expect(worst(own.stdout, piped.stdout)).toBeLessThanOrEqual(limitOf(kept));
  });

  it('RF64: all', async () => {
    const path = file('long.wav');
    await shell(
      `ffmpeg -v error -y -f f64le -ar 48000 -ac 2 -i ${NOISE} -c:a pcm_s24le -rf64 always ${path}`,
    );
    const [own, ours] = await Promise.all([
      shell(decode(`-i ${path}`)),
      shell(`${AURALIS} ${EMPTY} ${path} | ${decode('-i -')}`),
    ]);
    expect(readFileSync(path).toString('latin1', 0, 4)).toBe('RF64');
    expect(worst(own.stdout, ours.stdout)).toBe(0);
  });
});

const SOX: readonly (readonly [type: string, options: string, kept: Kept])[] = [
  ['wav', '-e unsigned -b 8', 'all'],
  ['wav', '-e signed -b 16', 'all'],
  ['wav', '-e signed -b 24', 'all'],
  ['wav', '-e signed -b 32', '24 bits'],
  ['wav', '-e float -b 32', 'all'],
  ['wav', '-e a-law -b 8', 'all'],
  ['wav', '-e mu-law -b 8', 'all'],
  ['wav', '-B -e signed -b 16', 'all'],
  ['wav', '-B -e signed -b 24', 'all'],
  ['aiff', '-e signed -b 8', 'all'],
  ['aiff', '-e signed -b 16', 'all'],
  ['aiff', '-e signed -b 24', 'all'],
  ['aifc', '-e signed -b 16', 'all'],
  ['au', '-e signed -b 8', 'all'],
  ['au', '-e signed -b 16', 'all'],
  ['au', '-L -e signed -b 24', 'all'],
  ['au', '-e float -b 32', 'all'],
  ['au', '-e mu-law -b 8', 'all'],
  ['au', '-e a-law -b 8', 'all'],
];

describe.runIf(HAS_SOX)(
  'what SoX writes comes out as SoX itself decodes it, from a file and from a pipe',
  () => {
    const decode = (source: string): string => `sox -D ${source} -t raw -e float -b 64 -`;

    it.each(SOX)('%s %s: %s', async (type, options, kept) => {
      const path = file(`sox${options.replace(/\W+/g, '')}.${type}`);
      const source = `-t raw -e float -b 64 -r 48000 -c 2 ${NOISE} ${options}`;
      await shell(`sox -D ${source} -t ${type} ${path}`);
      const [own, ours, piped] = await Promise.all([
        shell(decode(`-t ${type} ${path}`)),
        shell(`${AURALIS} ${EMPTY} ${path} | ${decode('-t wav -')}`),
        shell(
          `cat ${NOISE} | sox -D ${source.replace(NOISE, '-')} -t ${type} - | ${AURALIS} ${EMPTY} | ${decode('-t wav -')}`,
        ),
      ]);
      expect(own.stdout.length).toBe(FRAMES * 16);
      expect(worst(own.stdout, ours.stdout)).toBeLessThanOrEqual(limitOf(kept));
      expect(worst(own.stdout, piped.stdout)).toBeLessThanOrEqual(limitOf(kept));
    });
  },
);
