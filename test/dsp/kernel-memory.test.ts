import { describe, expect, it } from 'vitest';
import { KeptMemory, type KernelMemory, onKernelMemory } from '../../src/dsp/kernel-memory.ts';

const MIB = 2 ** 20;

/** A memory on which `bytes` are taken and filled with ones. */
function written(bytes: number, kept: KeptMemory): KernelMemory {
  const write = (memory: KernelMemory): KernelMemory => {
    memory.u8(bytes).fill(1);
    return memory;
  };
  return onKernelMemory('wasm', write, kept);
}

describe('KeptMemory', () => {
  it('gives the next pass the memory of the one before, all of it 0 again', () => {
    const kept = new KeptMemory();
    const first = written(MIB, kept);
    kept.keep(first);
    const taken = onKernelMemory(
      'wasm',
      (memory) => ({ memory, bytesTaken: memory.bytesTaken, sum: memory.u8(MIB).reduce((a, b) => a + b) }),
      kept,
    );
    expect(taken).toEqual({ memory: first, bytesTaken: 0, sum: 0 });
  });

  it('gives a second pass a memory of its own while the first is under way', () => {
    const kept = new KeptMemory();
    expect(written(MIB, kept)).not.toBe(written(MIB, kept));
  });

  it('takes 16 MiB for a pass of 10 after one of 1, and lets that go on with them', () => {
    const kept = new KeptMemory();
    kept.keep(written(MIB, kept));
    const large = written(10 * MIB, kept);
    expect(large.size).toBe(16 * MIB);
    kept.keep(large);
    expect(written(MIB, kept)).toBe(large);
  });
});
