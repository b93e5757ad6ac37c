import { type BackendName, KeptMemory, KernelMemory, onKernelMemory } from '../../src/dsp/kernel-memory.ts';

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

/** Bytes that are shared out before another memory is begun. */
const SHARED_BYTES = 1 << 25;

/** One memory for all that ask, each behind the other, until it is full. */
class SharedMemory extends KeptMemory {
  #current: KernelMemory | null = null;

  override take(backend: BackendName, bytes: number): KernelMemory {
    if (bytes > SHARED_BYTES) {
      // The rest was too small: a memory of its own for this one, and a new one for those that come.
      this.#current = null;
      return new KernelMemory(backend, bytes);
    }
    this.#current ??= new KernelMemory(backend, SHARED_BYTES);
    return this.#current;
  }
}

const shared = new SharedMemory();

/** What `build` allocates, on a memory that others have been on and will be: it stays theirs alone. */
export const onSharedMemory = <T>(backend: BackendName, build: (memory: KernelMemory) => T): T =>
  backend === 'wasm' ? onKernelMemory(backend, build, shared) : onKernelMemory(backend, build);
