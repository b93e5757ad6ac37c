import { KernelMemory, StateMemory } from '../../src/dsp/kernel-memory.ts';

/** Both backends, for `describe.each`. */
export const BACKENDS = ['reference', 'wasm'] as const;

/** A state on a memory of its own, large enough for any test. */
export const stateOn = (backend: (typeof BACKENDS)[number]): StateMemory =>
  new StateMemory(new KernelMemory(backend, 1 << 24));
