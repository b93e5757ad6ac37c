import { cos } from '../elementary.ts';

/** Equivalent noise bandwidth of the Hann window in bins: n sum w^2 / (sum w)^2 = 3/2. Harris, Proc. IEEE 66(1), 1978. */
export const HANN_ENBW = 1.5;

/** Periodic Hann window, (1 - cos(2 pi i / n)) / 2: its sum is n/2, and copies n/4 apart add up to a constant. */
export function hannWindow(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * cos((2 * Math.PI * i) / n));
}
