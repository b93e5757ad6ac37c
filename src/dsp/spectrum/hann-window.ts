import { cosines } from './stockham.ts';

/** Equivalent noise bandwidth of the Hann window in bins: n sum w^2 / (sum w)^2 = 3/2. Harris, Proc. IEEE 66(1), 1978. */
export const HANN_ENBW = 1.5;

/** Periodic Hann window of n values, a multiple of 8: (1 - cos(2 pi i / n)) / 2. Its sum is n/2, and copies n/4 apart add up to a constant. */
export function hannWindow(n: number): Float64Array {
  return cosines(n).map((cosine) => 0.5 - 0.5 * cosine);
}
