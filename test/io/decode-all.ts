import type { BackendName } from '../../src/dsp/kernel-memory.ts';
import {
  type AudioHeader,
  type DecodedEnd,
  StreamDecoder,
  type StreamDecoderOptions,
} from '../../src/io/stream-decoder.ts';
import { onKeptMemory } from '../support/kept-memory.ts';

export interface Decoded extends DecodedEnd {
  readonly header: AudioHeader;
  /** Interleaved samples. */
  readonly samples: number[];
}

/** Cuts bytes at the given distances; the last one repeats. */
export function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)];
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Feeds a stream in pieces, as an engine would, and collects all that comes out. */
export function decodeAll(
  chunks: Iterable<Uint8Array>,
  {
    raw,
    onFormatChange,
    sampleRate,
    backend = 'wasm',
    maxFrames = 64,
  }: StreamDecoderOptions & { sampleRate?: number; backend?: BackendName; maxFrames?: number } = {},
): Decoded {
  return onKeptMemory(backend, (memory) => {
    const decoder = new StreamDecoder({ raw, onFormatChange });
    const samples: number[] = [];
    let planar: readonly Float32Array[] | null = null;
    const drain = () => {
      const { header } = decoder;
      if (!header) return;
      if (!planar) {
        decoder.attach(memory, maxFrames, sampleRate);
        planar = memory.planar(header.format.channels, maxFrames);
      }
      for (let frames = 1; frames > 0 || decoder.nextTrack(); ) {
        frames = decoder.read(planar, maxFrames);
        for (let i = 0; i < frames; i++) for (const channel of planar) samples.push(channel[i]);
      }
    };
    for (const chunk of chunks) {
      decoder.write(chunk);
      drain();
    }
    const end = decoder.end();
    drain();
    return { ...end, header: decoder.header!, samples };
  });
}

/** The message of the error that `run` throws. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as Error & { kind: string }).kind}: ${(error as Error).message}`;
  }
  return 'no error';
}
