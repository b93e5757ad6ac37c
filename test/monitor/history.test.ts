import { describe, expect, it } from 'vitest';
import type { LiveReadings } from '../../src/monitor/monitored-run.ts';
import { History } from '../../src/monitor/server/history.ts';

const reading = (momentary: number, truePeak: number): LiveReadings =>
  ({ momentary, truePeak, shortTerm: -20, integrated: -20 }) as LiveReadings;

describe('the history', () => {
  it('keeps the highest of each second, and the last 3600 seconds', () => {
    const history = new History();
    for (let second = 1; second <= 4000; second++) {
      for (const part of [0.1, 0.5, 0.9]) {
        const loud = part === 0.5 ? -10 : -30;
        history.add(reading(loud, loud + second / 1000), 1000 * (second + part));
      }
    }
    const { momentary, truePeak, count, end } = history.curves();
    expect([momentary.length, truePeak.length]).toEqual([3600, 3600]);
    expect(new Set(momentary.slice(1))).toEqual(new Set([-10]));
    expect(truePeak.at(-1)).toBeCloseTo(-10 + 3.999, 3);
    expect([count, end]).toEqual([4000, 4_000_000]);
    // The second that is open counts too.
    expect(history.truePeakOf(60)).toBeCloseTo(-6, 3);
  });

  it('leaves a gap of silence where no readings came for 7 seconds, so that the times of the others hold', () => {
    const history = new History();
    history.add(reading(-20, -3), 10_000);
    history.add(reading(-20, -3), 18_000);
    const { momentary } = history.curves();
    expect(momentary).toEqual([-20, ...new Array(7).fill(Number.NEGATIVE_INFINITY), -20]);
  });

  it('goes on after the clock was set back', () => {
    const history = new History();
    history.add(reading(-20, -3), 1_000_000);
    history.add(reading(-20, -3), 10_000);
    history.add(reading(-20, -3), 11_000);
    expect(history.curves().momentary).toEqual([-20, -20, -20]);
  });
});
