/** White noise in -1..1, the same at each call: a congruential generator of 32 bits (Knuth, TAOCP 2, 3.3.4, table 1). */
export function whiteNoise(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}
