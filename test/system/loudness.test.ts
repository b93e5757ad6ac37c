import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AURALIS, HAS_FFMPEG, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-loudness-'));
afterAll(() => rmSync(folder, { recursive: true }));

const METER = join(folder, 'meter.json');
writeFileSync(METER, '{"stages":[{"stage":"loudness"}]}');

/** How 75 s of the demo piece are heard: ffmpeg's arguments from its stereo to the layout under test. */
const PROGRAMMES = {
  'mono at 48 kHz': '-ac 1 -ar 48000',
  'stereo at 44.1 kHz': '-ar 44100',
  'stereo at 96 kHz, 6 dB up and clipped': '-af volume=6dB,aresample=96000',
  '5.1 at 48 kHz': `-af "pan=5.1|FL=FL|FR=FR|FC=0.5*FL+0.5*FR|LFE=FL|BL=0.7*FL-0.5*FR|BR=0.7*FR-0.5*FL" -ar 48000`,
} as const;

interface Loudness {
  readonly integrated: number;
  readonly range: number;
  readonly truePeak: number;
}

/** What ffmpeg's ebur128 says in its summary. */
async function byFfmpeg(path: string): Promise<Loudness> {
  const { stderr } = await shell(
    `ffmpeg -hide_banner -nostats -i '${path}' -filter_complex ebur128=peak=true -f null -`,
  );
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const figure = (name: string): number => Number(new RegExp(`${name}:\\s+(-?[\\d.]+)`).exec(summary)?.[1]);
  return { integrated: figure('I'), range: figure('LRA'), truePeak: figure('Peak') };
}

async function byAuralis(path: string): Promise<Loudness> {
  const { stderr } = await shell(`${AURALIS} '${METER}' '${path}' --report fd:2 > /dev/null`);
  return JSON.parse(stderr.trimEnd().split('\n').at(-1)!) as Loudness;
}

describe.runIf(HAS_FFMPEG)('the loudness stage against ffmpeg ebur128', () => {
  it.each(Object.entries(PROGRAMMES))(
    'agrees on %s: I within 0.1 LU, LRA within 0.2 LU, true peak within 0.1 dB',
    async (name, how) => {
      const path = join(folder, `${name.replace(/\W+/g, '-')}.wav`);
      await shell(
        `${AURALIS} demo --seconds 75 --format s24 | ffmpeg -loglevel error -i - ${how} -c:a pcm_s24le '${path}'`,
      );
      const [ours, theirs] = await Promise.all([byAuralis(path), byFfmpeg(path)]);
      // Each of ffmpeg's figures is rounded to 0.1.
      expect(Math.abs(ours.integrated - theirs.integrated)).toBeLessThan(0.1);
      expect(Math.abs(ours.range - theirs.range)).toBeLessThan(0.2);
      expect(Math.abs(ours.truePeak - theirs.truePeak)).toBeLessThan(0.1);
    },
  );
});
