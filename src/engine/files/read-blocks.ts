import type { Readable } from 'node:stream';
import type { Planar } from '../../audio/block.ts';
import { AuralisError, inputError } from '../../audio/errors.ts';
import {
  type BackendName,
  type KeptMemory,
  type KernelMemory,
  onKernelMemory,
  StateMemory,
} from '../../dsp/kernel-memory.ts';
import { Guard } from '../../dsp/levels/guard.ts';
import type { RawFormat } from '../../io/sample-format.ts';
import { type AudioHeader, StreamDecoder } from '../../io/stream-decoder.ts';
import { codecWarnings, decodedStream } from './codec-input.ts';
import { describeReplaced } from './guard-findings.ts';
import { isSystemError, named } from './system-reason.ts';

/** Frames handed over at a time: large enough that calls cost nothing, small enough for the caches. */
export const READ_FRAMES = 8192;

/** Takes the blocks of one input. */
export interface BlockTaker {
  /** The arrays stay as they are until what it gives has resolved. */
  process(channels: Planar, frames: number): void | Promise<void>;
  /** Called once after the last block. */
  finish(): void | Promise<void>;
  /** Called at the very end, however it came. */
  close?(): Promise<void>;
}

interface ReadBlocksOptions {
  /** For messages. */
  readonly inputName: string;
  readonly backend: BackendName;
  readonly raw?: RawFormat | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly memory?: KeptMemory | undefined;
}

/** What was read. */
export interface ReadBlocks<T> {
  readonly header: AudioHeader;
  readonly frames: number;
  readonly taker: T;
  /** What all of it stood on. */
  readonly memory: KernelMemory;
  /** One line each. */
  readonly warnings: readonly string[];
}

/**
 * Decodes a whole input and hands its blocks to what `open` makes once the format is known, on the memory where the
 * blocks will stand.
 * @throws AuralisError of kind `input`
 */
export async function readBlocks<T extends BlockTaker>(
  input: Readable,
  { inputName, backend, raw, signal, memory: kept }: ReadBlocksOptions,
  open: (memory: KernelMemory, header: AudioHeader) => T,
): Promise<ReadBlocks<T>> {
  const decoder = new StreamDecoder({ raw });
  let opened = null as { taker: T; planar: Float32Array[]; guard: Guard; memory: KernelMemory } | null;
  const prepare = (header: AudioHeader) =>
    onKernelMemory(
      backend,
      (memory) => {
        const planar = memory.planar(header.format.channels, READ_FRAMES);
        const taker = open(memory, header);
        decoder.attach(memory, READ_FRAMES);
        const guard = new Guard(new StateMemory(memory), header.format.channels);
        return { taker, planar, guard, memory };
      },
      kept,
    );
  const drain = async (): Promise<void> => {
    const { header } = decoder;
    if (header === null) return;
    opened ??= prepare(header);
    for (;;) {
      const frames = decoder.read(opened.planar, READ_FRAMES);
      if (frames === 0 && decoder.nextTrack()) continue;
      if (decoder.failure !== null) throw decoder.failure;
      if (frames === 0) return;
      opened.guard.process(opened.planar, frames);
      const busy = opened.taker.process(opened.planar, frames);
      if (busy) await busy;
    }
  };
  let source = input;
  try {
    source = raw ? input : await decodedStream(input, signal);
    for await (const chunk of source) {
      if (signal?.aborted) break;
      decoder.write(chunk);
      await drain();
    }
    const wrong = [...codecWarnings(source), ...decoder.end().warnings];
    await drain();
    const { taker, guard, memory } = opened!;
    const header = decoder.header!;
    await taker.finish();
    const { report } = guard;
    const warnings = report.replaced > 0 ? [...wrong, describeReplaced(report, header.format)] : wrong;
    return { header, frames: decoder.framesRead, taker, memory, warnings };
  } catch (error) {
    const isInput = isSystemError(error) || (error instanceof AuralisError && error.kind === 'input');
    if (!isInput) throw error;
    throw named(error, inputName, inputError);
  } finally {
    source.destroy();
    input.destroy();
    await opened?.taker.close?.();
  }
}
