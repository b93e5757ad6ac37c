import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { described, flag, integer, number, optionalNumber, rangeOf } from '../../src/stages/parameters.ts';

const bounds = { min: -3, max: 7, doc: 'a bound' };

describe('the range of a parameter', () => {
  it('is what its schema checks and says: -3 to 7, live unless it is to restart', () => {
    expect(rangeOf(number({ ...bounds, default: 1 }))).toEqual({ min: -3, max: 7, change: 'live' });
    const slow = number({ ...bounds, default: 1, change: 'restart' });
    expect(rangeOf(slow)).toEqual({ min: -3, max: 7, change: 'restart' });
    expect([-3, 7].map((value) => slow.safeParse(value).success)).toEqual([true, true]);
    expect([-3.01, 7.01].map((value) => slow.safeParse(value).success)).toEqual([false, false]);
  });

  it('is none for the 4 kinds that do not take every number in it: whole, optional, flags, lists', () => {
    const list = described(z.array(z.number().min(-3).max(7)).default([]), 'a list', 'live');
    const others = [integer({ ...bounds, default: 1 }), optionalNumber(bounds), flag(true, 'a flag'), list];
    expect(others.map(rangeOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
