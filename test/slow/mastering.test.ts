import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loudnessFrom } from '../support/loudness-from.ts';
import { aimFor, distanceFromCurve, master, save } from '../support/mastering.ts';
import { CORPUS, corpusItem, thirdLevels } from '../support/mastering-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'mastering-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECONDS = 60;
/** One pass has to learn first. */
const LEARNING = 10;

describe(`${SECONDS} s of a programme`, () => {
  it.each(Object.keys(CORPUS))(
    'that is %s lands within 1 LU of -14 and 2 dB of the curve, in two passes and in one, under -1 dBTP',
    async (name) => {
      const signal = corpusItem(name, SECONDS);
      const input = save(folder, 'in.wav', signal);
      const [two, one] = [await master(input, 2, await aimFor()), await master(input, 1, await aimFor())];
      for (const [made, from] of [
        [two, 0],
        [one, LEARNING],
      ] as const) {
        const loudness = await loudnessFrom(made.signal, from);
        const { mean, qualified } = distanceFromCurve(
          thirdLevels(signal, from),
          thirdLevels(made.signal, from),
          made.curve,
        );
        expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(1);
        expect(made.truePeak).toBeLessThanOrEqual(-1);
        expect(qualified).toBeGreaterThanOrEqual(12);
        expect(mean).toBeLessThanOrEqual(2);
      }
      expect(
        Math.abs((await loudnessFrom(one.signal, LEARNING)) - (await loudnessFrom(two.signal, LEARNING))),
      ).toBeLessThanOrEqual(1);
    },
    300_000,
  );
});
