import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loudnessFrom } from '../support/loudness-from.ts';
import { aimFor, distanceFromCurve, master, save } from '../support/mastering.ts';
import { CORPUS, corpusItem, thirdLevels } from '../support/mastering-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'mastering-'));

/** What was read of an item: loudness of two passes and of one, mean distance from the curve, third-octaves, true peak. */
type Row = readonly [name: string, ...readings: number[]];
const rows: Row[] = [];

afterAll(() => {
  rmSync(folder, { recursive: true });
  const evidence = process.env.AURALIS_EVIDENCE;
  if (evidence !== undefined) writeFileSync(evidence, JSON.stringify(rows));
});

const SECONDS = 60;
/** One pass has to learn first. */
const LEARNING = 10;

describe(`${SECONDS} s of a programme`, () => {
  it.each(Object.keys(CORPUS))(
    'that is %s lands within 1 LU of -14 and 2 dB of the curve, in two passes and in one, under -1 dBTP',
    async (name) => {
      const signal = corpusItem(name, SECONDS);
      const input = save(folder, 'in.wav', signal);
      const masters = [
        { made: await master(input, 2, await aimFor()), from: 0 },
        { made: await master(input, 1, await aimFor()), from: LEARNING },
      ];
      const readings: number[][] = [];
      for (const { made, from } of masters) {
        const [before, after] = [signal, made.signal].map((one) => thirdLevels(one, from));
        const { mean, qualified } = distanceFromCurve(before, after, made.curve);
        readings.push([await loudnessFrom(made.signal, from), mean, qualified, made.truePeak]);
      }
      const late = await Promise.all(masters.map(({ made }) => loudnessFrom(made.signal, LEARNING)));
      const apart = late[1] - late[0];
      rows.push([name, ...readings.flat(), apart]);
      for (const [loudness, mean, qualified, truePeak] of readings) {
        expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(1);
        expect(truePeak).toBeLessThanOrEqual(-1);
        expect(qualified).toBeGreaterThanOrEqual(12);
        expect(mean).toBeLessThanOrEqual(2);
      }
      expect(Math.abs(apart)).toBeLessThanOrEqual(1);
    },
    300_000,
  );
});
