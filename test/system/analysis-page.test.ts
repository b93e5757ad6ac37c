import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BROWSER, opened } from './open-page.ts';
import { AURALIS, HAS_FFMPEG, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'analysis-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CHARTS = ['loudness', 'true-peak', 'waveform', 'spectrum', 'spectrogram', 'correlation'];

describe.skipIf(BROWSER === undefined)('the page of analyze', () => {
  it.each(['screen', 'print'] as const)(
    'shows six charts without a word on the console (%s)',
    async (media) => {
      const page = join(folder, `${media}.html`);
      await shell(`${AURALIS} demo --seconds 15 | ${AURALIS} analyze --html '${page}' --target ebu-r128`);
      const { problems, charts, overflow, shot } = await opened(page, media);
      expect(problems).toEqual([]);
      expect(charts.map(({ name }) => name)).toEqual(CHARTS);
      for (const { width, height, drawn } of charts) {
        expect(width).toBeGreaterThan(600);
        expect(height).toBeGreaterThan(100);
        expect(drawn).toBeGreaterThan(5);
      }
      expect(overflow).toBeLessThanOrEqual(0);
      expect(shot.length).toBeGreaterThan(50_000);
    },
  );

  it('shows two inputs side by side, and how their spectra differ', async () => {
    const [a, b, page] = ['a.wav', 'b.wav', 'two.html'].map((name) => join(folder, name));
    await shell(`${AURALIS} demo --seconds 12 > '${a}'; ${AURALIS} normalize '${a}' '${b}' --target -23`);
    await shell(`${AURALIS} analyze '${a}' '${b}' --html '${page}'`);
    const { problems, charts } = await opened(page, 'screen');
    expect(problems).toEqual([]);
    expect(charts).toHaveLength(2 * CHARTS.length + 1);
  });
});

describe('the picture of analyze', () => {
  it('is a PNG of 1920 pixels that shows something', async () => {
    const picture = join(folder, 'loudness.png');
    const { code, stderr } = await shell(
      `${AURALIS} demo --seconds 12 | ${AURALIS} analyze --png '${picture}'`,
    );
    if (stderr.includes('no font is found')) return;
    expect(code).toBe(0);
    const bytes = readFileSync(picture);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.readUInt32BE(16)).toBe(1920);
    expect(bytes.length).toBeGreaterThan(20_000);
  });
});

describe.skipIf(!HAS_FFMPEG)('analyze against ffmpeg', () => {
  it('agrees on loudness within 0.1, on range within 0.2, on true peak within 0.1 dB', async () => {
    const file = join(folder, 'peer.wav');
    await shell(`${AURALIS} demo --seconds 30 > '${file}'`);
    const { stdout } = await shell(`${AURALIS} analyze '${file}' --json --only loudness,truePeak`);
    const { loudness, truePeak } = JSON.parse(stdout.toString());
    const { stderr } = await shell(
      `ffmpeg -hide_banner -nostats -i '${file}' -af ebur128=peak=true -f null -`,
    );
    const summary = stderr.slice(stderr.lastIndexOf('Summary'));
    const read = (name: string): number =>
      Number(new RegExp(`\\b${name}:\\s+(-?[\\d.]+)`).exec(summary)?.[1]);
    expect(Math.abs(loudness.integrated - read('I'))).toBeLessThanOrEqual(0.1);
    expect(Math.abs(loudness.range - read('LRA'))).toBeLessThanOrEqual(0.2);
    expect(Math.abs(truePeak - read('Peak'))).toBeLessThanOrEqual(0.1);
  });
});
