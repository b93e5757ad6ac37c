import { describe, expect, it } from 'vitest';
import {
  cos,
  dbToGain,
  exp,
  exp2,
  gainToDb,
  log,
  log2,
  log10,
  pow,
  powerToDb,
  sin,
  tan,
} from '../../src/dsp/elementary.ts';

type RealFunction = (x: number) => number;

const POINTS = 20_000;

/** Points from `low` to `high`, unevenly spaced so that they hit no round numbers. */
const between = (low: number, high: number) =>
  Array.from({ length: POINTS }, (_, i) => low + ((high - low) * (i + ((i * 0.618) % 1))) / POINTS);

/** Distance of two neighbouring doubles at x. */
function ulp(x: number): number {
  const size = Math.max(Math.abs(x), 2 ** -1022);
  return 2 ** (Math.floor(Math.log2(size)) - 52);
}

/** Largest distance of `ours` from `theirs` over the points, in units in the last place of theirs. */
const worstUlp = (ours: RealFunction, theirs: RealFunction, points: readonly number[]) =>
  points.reduce((worst, x) => Math.max(worst, Math.abs(ours(x) - theirs(x)) / ulp(theirs(x))), 0);

const worstRelative = (ours: RealFunction, theirs: RealFunction, points: readonly number[]) =>
  points.reduce((worst, x) => Math.max(worst, Math.abs(ours(x) / theirs(x) - 1)), 0);

const worstAbsolute = (ours: RealFunction, theirs: RealFunction, points: readonly number[]) =>
  points.reduce((worst, x) => Math.max(worst, Math.abs(ours(x) - theirs(x))), 0);

/** Magnitudes over the whole range of doubles. */
const magnitudes = between(-1070, 1023).map((power) => 2 ** power);

describe('elementary functions against those of the engine', () => {
  it.each<[string, RealFunction, RealFunction, number, readonly number[]]>([
    ['exp within 2 ulp from -745 to 709.78', exp, Math.exp, 2, between(-745, 709.78)],
    ['exp within 2 ulp from -1 to 1', exp, Math.exp, 2, between(-1, 1)],
    ['exp2 within 2 ulp from -1074 to 1024', exp2, (x) => 2 ** x, 2, between(-1074, 1023.999)],
    ['exp2 within 2 ulp from -1 to 1', exp2, (x) => 2 ** x, 2, between(-1, 1)],
    ['log within 2 ulp over all magnitudes', log, Math.log, 2, magnitudes],
    ['log within 2 ulp from 0.5 to 2', log, Math.log, 2, between(0.5, 2)],
    ['log2 within 3 ulp over all magnitudes', log2, Math.log2, 3, magnitudes],
    ['log2 within 3 ulp from 0.5 to 2', log2, Math.log2, 3, between(0.5, 2)],
    ['log10 within 4 ulp over all magnitudes', log10, Math.log10, 4, magnitudes],
    ['log10 within 4 ulp from 0.5 to 2', log10, Math.log10, 4, between(0.5, 2)],
    ['sin within 2 ulp from -10 to 10', sin, Math.sin, 2, between(-10, 10)],
    ['cos within 2 ulp from -10 to 10', cos, Math.cos, 2, between(-10, 10)],
    ['tan within 4 ulp from -1000 to 1000', tan, Math.tan, 4, between(-1000, 1000)],
  ])('has %s', (_claim, ours, theirs, bound, points) => {
    expect(worstUlp(ours, theirs, points)).toBeLessThanOrEqual(bound);
  });

  it('has sin and cos within 3e-16 up to the end of their range, +-2^20', () => {
    const points = between(-(2 ** 20), 2 ** 20);
    expect(worstAbsolute(sin, Math.sin, points)).toBeLessThan(3e-16);
    expect(worstAbsolute(cos, Math.cos, points)).toBeLessThan(3e-16);
  });

  it('has pow within 1e-13 for results within 1e+-30', () => {
    expect(
      worstRelative(
        (x) => pow(10, x),
        (x) => 10 ** x,
        between(-30, 30),
      ),
    ).toBeLessThan(1e-13);
    expect(
      worstRelative(
        (x) => pow(x, 2.4),
        (x) => x ** 2.4,
        between(1e-9, 1e9),
      ),
    ).toBeLessThan(1e-13);
    expect(
      worstRelative(
        (x) => pow(x, -0.5),
        (x) => 1 / Math.sqrt(x),
        between(1e-9, 1e9),
      ),
    ).toBeLessThan(1e-13);
  });

  it('has dbToGain within 1e-14 from -200 to 200 dB, and gainToDb takes it back within 1e-12 dB', () => {
    const levels = between(-200, 200);
    expect(worstRelative(dbToGain, (db) => 10 ** (db / 20), levels)).toBeLessThan(1e-14);
    expect(
      worstAbsolute(
        (db) => gainToDb(dbToGain(db)),
        (db) => db,
        levels,
      ),
    ).toBeLessThan(1e-12);
  });
});

describe('elementary functions at their edges', () => {
  it('is exact where the result is: powers of two, 0 dB, tenfold gains', () => {
    for (let k = -1074; k <= 1023; k++) {
      expect(exp2(k)).toBe(2 ** k);
      expect(log2(2 ** k)).toBe(k);
    }
    expect([exp(0), pow(2, 10), pow(7, 0), pow(0, 2), log(1), log10(1000)]).toEqual([1, 1024, 1, 0, 0, 3]);
    expect([dbToGain(0), gainToDb(1), gainToDb(-10), powerToDb(100)]).toEqual([1, 0, 20, 20]);
    expect([sin(0), cos(0), tan(0)]).toEqual([0, 1, 0]);
  });

  it('overflows to Infinity and underflows to 0 where the engine does', () => {
    expect([exp(709.79), exp2(1024), exp(Infinity), exp2(Infinity), pow(0, -1)]).toEqual(
      Array(5).fill(Infinity),
    );
    expect([exp(-746), exp2(-1076), exp(-Infinity), exp2(-Infinity), dbToGain(-Infinity)]).toEqual(
      Array(5).fill(0),
    );
    expect([exp(-745), exp2(-1074)]).toEqual([5e-324, 5e-324]);
  });

  it('gives -Infinity for the logarithm of 0, NaN below 0, Infinity at Infinity', () => {
    for (const f of [log, log2, log10, powerToDb]) {
      expect([f(0), f(-1), f(Infinity), f(Number.NaN)]).toEqual([
        -Infinity,
        Number.NaN,
        Infinity,
        Number.NaN,
      ]);
    }
    expect(gainToDb(0)).toBe(-Infinity);
  });

  it('hands NaN on', () => {
    for (const f of [exp, exp2, sin, cos, tan, dbToGain, gainToDb]) expect(f(Number.NaN)).toBeNaN();
    expect(pow(Number.NaN, 2)).toBeNaN();
  });

  it('reduces angles near multiples of pi without losing digits: sin(pi) and cos(pi/2) are right to 1e-20', () => {
    expect(Math.abs(sin(Math.PI) - 1.2246467991473532e-16)).toBeLessThan(1e-20);
    expect(Math.abs(cos(Math.PI / 2) - 6.123233995736766e-17)).toBeLessThan(1e-20);
  });
});
