import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BROWSER, opened } from './open-page.ts';
import { AURALIS, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'decision-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(BROWSER === undefined)('the page of explain', () => {
  it.each(['screen', 'print'] as const)(
    'shows four charts within 1280 pixels without a word on the console (%s)',
    async (media) => {
      const [log, page] = [join(folder, `${media}.jsonl`), join(folder, `${media}.html`)];
      await shell(
        `${AURALIS} demo --seconds 20 | ${AURALIS} adaptive --decisions '${log}' > ${folder}/out.wav`,
      );
      await shell(`${AURALIS} explain '${log}' -o '${page}'`);
      const { problems, charts, overflow } = await opened(page, media);
      expect(problems).toEqual([]);
      expect(charts.map(({ name }) => name)).toEqual(['timeline', 'spectrum', 'balance', 'curves']);
      for (const { width, height, drawn } of charts) {
        expect(width).toBeGreaterThan(600);
        expect(height).toBeGreaterThan(100);
        expect(drawn).toBeGreaterThan(5);
      }
      expect(overflow).toBeLessThanOrEqual(0);
    },
    60_000,
  );
});
