import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, start } from '../cli/command.ts';
import { floatWav } from '../engine/wav-of.ts';
import { noise } from '../support/signals.ts';
import { AURALIS, HAS_FFMPEG, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'batch-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  const corpus = new URL('../slow/batch-corpus.js', import.meta.url).href;
  const script = `import { writeCorpus } from '${corpus}'; writeCorpus('${path('in')}', 40, 6);`;
  await shell(`'${process.execPath}' --input-type=module -e "${script}"`);
}, 60_000);

/** What the preset `warm` aims at, in LUFS. */
const { loudness } = JSON.parse(
  readFileSync(new URL('../../targets/mastering/warm.json', import.meta.url), 'utf8'),
);
const WARM: number = loudness.value;

/** Names and hashes of all outputs. */
function outputs(name: string): string[] {
  const names = readdirSync(path(name), { recursive: true, encoding: 'utf8' });
  const files = names.filter((file) => file.endsWith('.wav')).sort();
  return files.map((file) => {
    const bytes = readFileSync(join(path(name), file));
    return `${file} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
}

describe('batch', () => {
  it('gives 38 of 40 tracks the same bytes with one and two jobs, reports the 2 broken ones, exits 5', async () => {
    const runs = ['1', '2'].map(
      (jobs) =>
        `${AURALIS} batch '${path('in')}' -o '${path(`out${jobs}`)}' --pipeline mastering --jobs ${jobs}`,
    );
    for (const line of runs) expect((await shell(line)).code).toBe(5);
    expect(outputs('out1')).toHaveLength(38);
    expect(outputs('out2')).toEqual(outputs('out1'));
    const { count, tracks } = JSON.parse(readFileSync(path('out2/report.json'), 'utf8'));
    expect(count).toMatchObject({ finished: 38, failed: 2 });
    const failed = tracks.filter(({ status }: { status: string }) => status === 'failed');
    expect(failed.map(({ input }: { input: string }) => input.slice(-11))).toEqual([
      'track38.wav',
      'track39.wav',
    ]);
  });

  it.skipIf(process.platform !== 'linux')('stays under 130 MB and 60 MB a worker', async () => {
    const child = start([
      'batch',
      path('in'),
      '-o',
      path('memory'),
      '--pipeline',
      'mastering',
      '--jobs',
      '2',
    ]);
    let peak = 0;
    const watch = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        // One that has ended and is not yet waited for has no such line.
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // It has ended: the last reading stands.
      }
    }, 50);
    await outcome(child);
    clearInterval(watch);
    expect(peak).toBeGreaterThan(30);
    expect(peak).toBeLessThan(130 + 2 * 60);
  });

  it.runIf(existsSync('/usr/bin/script'))(
    'tells on a terminal too that a track has ended early',
    async () => {
      const whole = floatWav(noise(2, 16_000, 1, 0.1), 16_000);
      writeFileSync(path('early.wav'), whole.subarray(0, whole.length - 800));
      const line = `${AURALIS} batch '${path('early.wav')}' -o '${path('told')}' --pipeline gentle`;
      const { stdout } = await shell(`script -qec "${line}" /dev/null`);
      expect(stdout.toString()).toMatch(
        /finished \S*early\.wav: .*; input ended early: 100 of 16000 announced frames/,
      );
    },
  );

  it('goes on after Ctrl-C, and leaves no temporary file', async () => {
    const args = ['batch', path('in'), '-o', path('cut'), '--pipeline', 'mastering', '--skip-done'];
    const child = start(args);
    // When the first track has ended: by the clock a busy machine may not have begun.
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { code } = await outcome(child);
    expect([130, 5]).toContain(code);
    expect(
      readdirSync(path('cut'), { recursive: true }).filter((name) => `${name}`.endsWith('.part')),
    ).toEqual([]);
    expect((await outcome(start(args))).code).toBe(5);
    expect(outputs('cut')).toEqual(outputs('out1'));
  });

  it.runIf(HAS_FFMPEG)(
    'finds FLAC, MP3 and Ogg in a folder, and gives 3 WAVs as loud as the preset says',
    async () => {
      await shell(`mkdir -p '${path('coded')}'`);
      for (const [type, codec] of [
        ['flac', 'flac'],
        ['mp3', 'libmp3lame'],
        ['ogg', 'libvorbis'],
      ]) {
        await shell(
          `ffmpeg -v error -f lavfi -i sine=d=2:r=44100 -ac 2 -c:a ${codec} '${path('coded')}/${type}.${type}'`,
        );
      }
      const line = `${AURALIS} batch '${path('coded')}' -o '${path('decoded')}' --preset warm`;
      expect((await shell(line)).code).toBe(0);
      expect(
        readdirSync(path('decoded'))
          .filter((name) => name.endsWith('.wav'))
          .sort(),
      ).toEqual(['flac.wav', 'mp3.wav', 'ogg.wav']);
      const { tracks } = JSON.parse(readFileSync(path('decoded/report.json'), 'utf8'));
      for (const { after } of tracks) expect(after.integrated).toBeCloseTo(WARM, 1);
      const page = readFileSync(path('decoded/report.html'), 'utf8');
      expect(page).toContain('<a href="flac.decisions.jsonl">');
    },
  );
});
