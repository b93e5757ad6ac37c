import { usageError } from '../audio/errors.ts';
import { type KernelName, WASM_BASE64 } from './wasm-module.generated.ts';

/** `wasm`: AssemblyScript with SIMD. `reference`: plain TypeScript, the oracle of the tests. */
export type BackendName = 'wasm' | 'reference';

/** The compiled kernels; pointers are byte offsets into the memory they were instantiated on. */
export type Kernels = Readonly<Record<KernelName, (...args: number[]) => number>>;

const PAGE_BYTES = 65536;
/** Kernels keep no data of their own below this address. */
const HEAP_START = 65536;
const FIRST_SIZE = 4 << 20;
const LARGEST_SIZE = 2 ** 31;

let compiled: WebAssembly.Module | undefined;

/** In a loop: `Uint8Array.from` takes 6 ms for so many. */
function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function wasmModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(bytesOf(atob(WASM_BASE64)));
  return compiled;
}

/** What the first attempt to run a kernel memory came to: null when it runs, else why not. */
let obstacle: string | null | undefined;

function findObstacle(): string | null {
  try {
    // Compiling is not enough: a process whose address space is limited is refused the memory.
    new KernelMemory('wasm', PAGE_BYTES);
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Why the wasm backend can't run here, or undefined when it can. */
export function wasmUnavailable(): string | undefined {
  if (obstacle === undefined) obstacle = findObstacle();
  return obstacle ?? undefined;
}

/** The backend to use: the fast one where it runs; asking for `wasm` where it does not is an error. */
export function chooseBackend(wanted: BackendName | 'auto' = 'auto'): BackendName {
  if (wanted === 'reference') return 'reference';
  const reason = wasmUnavailable();
  if (reason === undefined) return 'wasm';
  if (wanted === 'wasm') throw usageError(`backend "wasm" does not run here (${reason}); use "reference"`);
  return 'reference';
}

/**
 * An array whose `byteOffset` is a property of its own: V8 reads it in 1 ns, the one that all arrays inherit in 25, and a
 * block asks for hundreds.
 */
function placed<T extends ArrayBufferView>(array: T): T {
  return Object.defineProperty(array, 'byteOffset', { value: array.byteOffset });
}

/** Raised when a memory is too small for what is prepared on it; `onKernelMemory` then tries a larger one. */
class KernelMemoryFull extends Error {}

/**
 * Where kernels and blocks live. In the wasm backend every array is a view on one linear memory, so a block
 * passes from stage to stage without a copy; the memory never grows, because growing detaches the views.
 * In the reference backend the arrays are ordinary ones.
 */
export class KernelMemory {
  readonly backend: BackendName;
  /** The compiled kernels, or null in the reference backend. */
  readonly kernels: Kernels | null;
  readonly #buffer: ArrayBuffer | null;
  #top = HEAP_START;

  constructor(backend: BackendName, bytes: number) {
    this.backend = backend;
    if (backend === 'reference') {
      this.kernels = null;
      this.#buffer = null;
      return;
    }
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new WebAssembly.Instance(wasmModule(), { env: { memory } });
    this.kernels = instance.exports as unknown as Kernels;
    this.#buffer = memory.buffer;
  }

  /** Bytes that it has; 0 in the reference backend. */
  get size(): number {
    return this.#buffer?.byteLength ?? 0;
  }

  /** Bytes taken so far; 0 in the reference backend, which leaves memory to the engine. */
  get bytesTaken(): number {
    return this.#top - HEAP_START;
  }

  f32(length: number): Float32Array {
    if (this.#buffer === null) return new Float32Array(length);
    return placed(new Float32Array(this.#buffer, this.#take(length * 4), length));
  }

  f64(length: number): Float64Array {
    if (this.#buffer === null) return new Float64Array(length);
    return placed(new Float64Array(this.#buffer, this.#take(length * 8), length));
  }

  i32(length: number): Int32Array {
    if (this.#buffer === null) return new Int32Array(length);
    return placed(new Int32Array(this.#buffer, this.#take(length * 4), length));
  }

  u8(length: number): Uint8Array {
    if (this.#buffer === null) return new Uint8Array(length);
    return placed(new Uint8Array(this.#buffer, this.#take(length), length));
  }

  /** One array a channel, each `frames` long. */
  planar(channels: number, frames: number): Float32Array[] {
    return Array.from({ length: channels }, () => this.f32(frames));
  }

  /** Makes it as it was when it was new; arrays that were taken of it must not be used any more. */
  clear(): void {
    if (this.#buffer) new Uint8Array(this.#buffer, HEAP_START, this.bytesTaken).fill(0);
    this.#top = HEAP_START;
  }

  #take(bytes: number): number {
    const at = this.#top;
    // 64-byte steps keep every array on a cache line of its own; the last one may be read up to 16 bytes over.
    const top = at + Math.ceil((bytes + 16) / 64) * 64;
    if (top > this.#buffer!.byteLength) throw new KernelMemoryFull();
    this.#top = top;
    return at;
  }
}

/**
 * A memory that passes after one another work on. The functions of a new one are new to V8 as well, which drops what it has
 * optimised for those that are gone and compiles it again: a fifth of a batch's time.
 */
export class KeptMemory {
  #idle: KernelMemory | null = null;

  /** The memory, if it is free and large enough; else a new one. */
  take(backend: BackendName, bytes: number): KernelMemory {
    const idle = this.#idle;
    this.#idle = null;
    return idle?.backend === backend && idle.size >= bytes ? idle : new KernelMemory(backend, bytes);
  }

  /** Keeps a memory for the next pass: nothing may use an array of it any more. */
  keep(memory: KernelMemory): void {
    memory.clear();
    this.#idle = memory;
  }
}

/** Runs `build` on a memory that is large enough for all that it allocates: starts at 4 MiB, or with one kept, and doubles. */
export function onKernelMemory<T>(
  backend: BackendName,
  build: (memory: KernelMemory) => T,
  kept = new KeptMemory(),
): T {
  for (let bytes = FIRST_SIZE; ; ) {
    const memory = kept.take(backend, bytes);
    try {
      return build(memory);
    } catch (error) {
      if (!(error instanceof KernelMemoryFull)) throw error;
      bytes = 2 * memory.size;
      if (bytes > LARGEST_SIZE) throw usageError('this needs more than 2 GiB of memory; shorten its delays');
    }
  }
}

type StateArray = Float32Array | Float64Array | Int32Array;

/**
 * The state of one stage: every array that its kernels carry from block to block. Because nothing mutable lives
 * elsewhere, `snapshot`, `restore` and `clear` are written once, here, and a snapshot taken on one backend
 * fits the other.
 */
export class StateMemory {
  readonly memory: KernelMemory;
  readonly #arrays: { readonly array: StateArray; readonly initial: number }[] = [];

  constructor(memory: KernelMemory) {
    this.memory = memory;
  }

  f32(length: number, initial = 0): Float32Array {
    return this.#keep(this.memory.f32(length), initial);
  }

  f64(length: number, initial = 0): Float64Array {
    return this.#keep(this.memory.f64(length), initial);
  }

  i32(length: number, initial = 0): Int32Array {
    return this.#keep(this.memory.i32(length), initial);
  }

  #keep<T extends StateArray>(array: T, initial: number): T {
    // A memory gives zeros; to write them again would have the system find pages that may never be used.
    if (initial !== 0) array.fill(initial);
    this.#arrays.push({ array, initial });
    return array;
  }

  get #bytes(): number {
    return this.#arrays.reduce((sum, { array }) => sum + array.byteLength, 0);
  }

  /** Every array back to its initial value. */
  clear(): void {
    for (const { array, initial } of this.#arrays) array.fill(initial);
  }

  /** A copy of the whole state, in the order of allocation and the byte order of the machine; in `into` where it fits. */
  snapshot(into?: Uint8Array): Uint8Array {
    const bytes = into?.byteLength === this.#bytes ? into : new Uint8Array(this.#bytes);
    let at = 0;
    for (const { array } of this.#arrays) {
      bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
      at += array.byteLength;
    }
    return bytes;
  }

  /** Refuses bytes that can't be a snapshot of this state. */
  checkSize(bytes: Uint8Array): void {
    if (bytes.byteLength !== this.#bytes) {
      throw usageError(`the snapshot has ${bytes.byteLength} bytes, the state here has ${this.#bytes}`);
    }
  }

  /** Takes back what `snapshot` gave on a state of the same make. */
  restore(bytes: Uint8Array): void {
    this.checkSize(bytes);
    let at = 0;
    for (const { array } of this.#arrays) {
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(
        bytes.subarray(at, at + array.byteLength),
      );
      at += array.byteLength;
    }
  }
}
