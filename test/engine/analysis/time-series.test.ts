import { describe, expect, it } from 'vitest';
import { TimeSeries } from '../../../src/engine/analysis/time-series.ts';

describe('TimeSeries', () => {
  it('keeps every value below its bound', () => {
    const series = new TimeSeries('max', 1, 8);
    for (let n = 0; n < 7; n++) series.push(n);
    expect(series.values()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(series.stride).toBe(1);
  });

  it('keeps the maxima of 4 neighbours after two joins, the unfinished one too', () => {
    const series = new TimeSeries('max', 1, 4);
    for (let n = 0; n < 9; n++) series.push(n);
    expect(series.stride).toBe(4);
    expect(series.values()).toEqual([3, 7, 8]);
  });

  it('keeps means, without what is no value', () => {
    const series = new TimeSeries('mean', 2, 4);
    for (const row of [
      [1, Number.NaN],
      [3, 5],
      [5, Number.NaN],
      [7, Number.NaN],
    ]) {
      series.pushRow(row);
    }
    expect(series.rows().map((row) => [...row])).toEqual([
      [2, 5],
      [6, Number.NaN],
    ]);
  });

  it('never holds more than its bound, whatever comes', () => {
    const series = new TimeSeries('max', 1, 16);
    for (let n = 0; n < 10_000; n++) {
      series.push(n);
      expect(series.values().length).toBeLessThanOrEqual(16);
    }
    expect(series.values().at(-1)).toBe(9999);
  });
});
