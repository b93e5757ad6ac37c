import {
  type BackendName,
  KeptMemory,
  type KernelMemory,
  onKernelMemory,
} from '../../src/dsp/kernel-memory.ts';

/** What one piece of work leaves for the next. */
const kept: Readonly<Record<BackendName, KeptMemory>> = {
  reference: new KeptMemory(),
  wasm: new KeptMemory(),
};

/**
 * Does a piece of work on the memory of the one before: the functions of a new one are new to V8, which compiles all that
 * calls them again. Nothing that was allocated may be used any more when `work` has returned.
 */
export function onKeptMemory<T>(backend: BackendName, work: (memory: KernelMemory) => T): T {
  return onKernelMemory(
    backend,
    (memory) => {
      const result = work(memory);
      kept[backend].keep(memory);
      return result;
    },
    kept[backend],
  );
}
