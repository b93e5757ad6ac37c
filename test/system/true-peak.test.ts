import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OVERS, overs } from '../support/overs.ts';
import type { Signal } from '../support/signals.ts';
import { annex2Peak, sixteenfoldPeak } from '../support/true-peak-meter.ts';
import { AURALIS, channelOf, HAS_FFMPEG, shell } from './peers.ts';

const RATE = 48000;
const FRAMES = 24000;
const CEILING = -1;
/** Largest sample of what goes in: 9 dB over the ceiling. */
const PEAK = 10 ** ((CEILING + 9) / 20);

const folder = mkdtempSync(join(tmpdir(), 'auralis-ceiling-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  const evidence = process.env.AURALIS_EVIDENCE;
  if (evidence) writeFileSync(evidence, JSON.stringify(rows));
});

const LIMITER = join(folder, 'limiter.json');
writeFileSync(
  LIMITER,
  JSON.stringify({ stages: [{ stage: 'limiter', ceiling: CEILING, lookahead: 5, release: 50 }] }),
);

/** Both read WAV from a pipe and write WAV to one. */
const LIMITERS = {
  ours: `${AURALIS} ${LIMITER}`,
  alimiter:
    `ffmpeg -v error -i - -af alimiter=limit=${CEILING}dB:level=0:attack=5:release=50 ` +
    '-c:a pcm_f32le -f wav -',
};

/** What two meters read of a limiter's output, in dB over the ceiling. */
interface Reading {
  readonly annex2: number;
  readonly sixteenfold: number;
}

async function readingOf(limiter: keyof typeof LIMITERS, path: string): Promise<Reading> {
  const { stdout, stderr, code } = await shell(
    `ffmpeg -v error -f f32le -ar ${RATE} -ac 2 -i ${path} -c:a pcm_f32le -f wav - | ` +
      `${LIMITERS[limiter]} | ffmpeg -v error -i - -f f32le -c:a pcm_f32le -`,
  );
  expect({ stderr, code, frames: stdout.length / 8 }).toEqual({ stderr: '', code: 0, frames: FRAMES });
  const output: Signal = [0, 1].map((channel) => channelOf(stdout, channel, 2));
  const dbOver = (peak: number): number => 20 * Math.log10(peak) - CEILING;
  return { annex2: dbOver(annex2Peak(output)), sixteenfold: dbOver(sixteenfoldPeak(output)) };
}

function writeSignal(name: string): string {
  const [left, right] = overs(name, { channels: 2, frames: FRAMES, sampleRate: RATE, peak: PEAK });
  const bytes = new Float32Array(2 * FRAMES);
  for (let i = 0; i < FRAMES; i++) bytes.set([left[i], right[i]], 2 * i);
  const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.f32`);
  writeFileSync(path, new Uint8Array(bytes.buffer));
  return path;
}

/** One row a signal: name, ours and alimiter's readings. */
const rows: [string, Reading, Reading][] = [];

describe.runIf(HAS_FFMPEG)('a ceiling of -1 dB under signals 9 dB over it, stereo, 48 kHz', () => {
  it.each(OVERS)('%s: ours is at most 0.00 dB over it by the Annex 2 filter', async (name) => {
    const path = writeSignal(name);
    const ours = await readingOf('ours', path);
    rows.push([name, ours, await readingOf('alimiter', path)]);
    expect(ours.annex2).toBeLessThan(0.005);
  });

  it("ffmpeg's alimiter is 0.2 dB or more over it on music and 4 dB or more on white noise", () => {
    const theirs = Object.fromEntries(rows.map(([name, , alimiter]) => [name, alimiter.annex2]));
    expect(theirs['the demo piece']).toBeGreaterThan(0.2);
    expect(theirs['white noise']).toBeGreaterThan(4);
  });
});
