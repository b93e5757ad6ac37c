import type { LiveControl } from '../monitored-run.ts';
import { shortNumber } from './numbers.ts';

/** Steps of a slider that is not even. */
const STEPS = 1000;
/** Units in which equal ratios sound like equal steps; a quality factor has none. */
const RATIO_UNITS = ['Hz', 'ms', ':1', ''];
/** From this ratio of the ends on a slider is not even. */
const WIDE = 50;
/** The finest steps that people turn by. */
const FINE = [0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50, 100];

/** How the places of a slider stand for the values of a number. */
export interface ControlScale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly toPlace: (value: number) => number;
  readonly toValue: (place: number) => number;
}

/** An even scale, or one by ratio where the range of a frequency, time or ratio is wide; by cubes for a time from 0 on. */
export function controlScale({ min, max, unit, whole }: LiveControl): ControlScale {
  const [low, high] = [min ?? 0, max ?? 1];
  const wide = low > 0 ? RATIO_UNITS.includes(unit) && high / low >= WIDE : low === 0 && unit === 'ms';
  if (!wide) {
    const step = whole ? 1 : (FINE.find((one) => (high - low) / one <= 500) ?? 1);
    return { min: low, max: high, step, toPlace: (value) => value, toValue: (place) => place };
  }
  const bounded = (value: number): number =>
    Math.min(high, Math.max(low, whole ? Math.round(value) : shortNumber(value)));
  const places = { min: 0, max: STEPS, step: 1 };
  return low > 0
    ? {
        ...places,
        toPlace: (value) => (STEPS * Math.log(value / low)) / Math.log(high / low),
        toValue: (place) => bounded(low * (high / low) ** (place / STEPS)),
      }
    : {
        ...places,
        toPlace: (value) => STEPS * Math.cbrt(value / high),
        toValue: (place) => bounded(high * (place / STEPS) ** 3),
      };
}
