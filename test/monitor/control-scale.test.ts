import { describe, expect, it } from 'vitest';
import type { LiveControl } from '../../src/monitor/monitored-run.ts';
import { controlScale } from '../../src/monitor/page/control-scale.ts';

const scaleOf = (min: number, max: number, unit: string, whole = false) =>
  controlScale({
    ...{ path: 'a.b', label: 'b', kind: 'number', value: min, choices: [], meaning: '' },
    ...{ min, max, unit, whole },
  } as LiveControl);

describe('the scale of a slider', () => {
  it.each([
    [-40, 0, 'dBTP'],
    [1, 96000, 'Hz'],
    [0, 2000, 'ms'],
    [1, 100, ':1'],
    [0.05, 100, ''],
    [0, 10, ''],
    [0, 1, ''],
  ])(
    'from %d to %d %s reaches both ends, and 21 places between come back within half a step',
    (min, max, unit) => {
      const scale = scaleOf(min, max, unit);
      expect(scale.toValue(scale.min)).toBeCloseTo(min, 9);
      expect(scale.toValue(scale.max)).toBeCloseTo(max, 9);
      for (let n = 0; n <= 20; n++) {
        const place = scale.min + (n / 20) * (scale.max - scale.min);
        const value = scale.toValue(place);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
        // Values are short numbers: three digits, so a hundredth at the most.
        expect(Math.abs(scale.toPlace(value) - place)).toBeLessThanOrEqual(0.01 * (scale.max - scale.min));
      }
    },
  );

  it('has 1 kHz two thirds up from 10 Hz to 10 kHz, and 0 dB in the middle of -12 to 12 dB', () => {
    const freq = scaleOf(10, 10_000, 'Hz');
    expect(freq.toPlace(1000)).toBeCloseTo((2 / 3) * freq.max, 6);
    const gain = scaleOf(-12, 12, 'dB');
    expect(gain.toPlace(0)).toBeCloseTo((gain.min + gain.max) / 2, 9);
  });

  it('goes by whole numbers where the parameter does', () => {
    expect(scaleOf(1, 8, '', true).step).toBe(1);
    expect(Number.isInteger(scaleOf(1, 5000, 'ms', true).toValue(333))).toBe(true);
  });
});
