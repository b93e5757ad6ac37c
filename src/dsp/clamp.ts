/** A value, or the bound that it lies beyond. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
