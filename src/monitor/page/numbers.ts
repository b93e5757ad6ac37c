/** Below this nothing is drawn, in dB. */
const FLOOR_DB = -60;

/** A level as JSON gives it: null is silence. */
export type Level = number | null;

/** A level in words, with a real minus; a dash where there is none. */
export const decibels = (level: Level | undefined, digits = 1): string =>
  level === null || level === undefined ? '–' : level.toFixed(digits).replace('-', '−');

/** Where a level stands between the floor and full scale, 0..1. */
export const shareOf = (level: Level): number =>
  level === null ? 0 : Math.min(1, Math.max(0, 1 - level / FLOOR_DB));

/** A length of time as h:mm:ss or m:ss. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A value in three digits or the whole number that it is, without zeros at its end. */
export const shortNumber = (value: number): number =>
  Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
