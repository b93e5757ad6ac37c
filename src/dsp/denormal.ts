/**
 * Below this a state is silence. WebAssembly can't flush subnormals, and a recursion that decays into them runs five
 * times slower; at 1e-150 the state is still far above them and far below anything a 32-bit sample could show, so
 * that clearing it at the end of a block is invisible whatever the blocks.
 */
const TINY = 1e-150;

/** Sets state that has decayed to nothing to exactly 0. */
export function flushTiny(state: Float64Array): void {
  for (let i = 0; i < state.length; i++) {
    if (Math.abs(state[i]) < TINY) state[i] = 0;
  }
}
