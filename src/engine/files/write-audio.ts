import { Readable } from 'node:stream';
import { pipeline as connect } from 'node:stream/promises';
import type { AudioBlock } from '../../audio/block.ts';
import { outputError } from '../../audio/errors.ts';
import { type AudioFormat, maskFromLayout } from '../../audio/format.ts';
import { chooseBackend, onKernelMemory } from '../../dsp/kernel-memory.ts';
import type { SampleEncoding } from '../../io/sample-format.ts';
import { StreamEncoder } from '../../io/stream-encoder.ts';
import type { OutputSink } from './output-sink.ts';
import { isReaderGone, isSystemError, systemReason } from './system-reason.ts';

/** Most frames that are encoded at a time. */
const MAX_FRAMES = 4096;

interface WriteAudioOptions {
  readonly output: OutputSink;
  readonly format: AudioFormat;
  readonly sampleFormat: SampleEncoding;
  /** Frames in all blocks together. */
  readonly frames: number;
  /** Ends the writing early; the header is put right where that can be done. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes blocks as a WAV; ends quietly when its reader goes away. A block may be used again for the next one. */
export async function writeAudio(blocks: Iterable<AudioBlock>, options: WriteAudioOptions): Promise<void> {
  const { output, format, sampleFormat, frames, signal } = options;
  const [encoder, planar] = onKernelMemory(chooseBackend(), (memory) => [
    new StreamEncoder({
      format,
      sampleFormat: { encoding: sampleFormat, bigEndian: false },
      announcedFrames: frames,
      container: 'wav',
      channelMask: maskFromLayout(format.layout),
      dither: 'tpdf',
      seed: 0,
      seekable: output.revision !== null,
      memory,
      maxFrames: MAX_FRAMES,
    }),
    memory.planar(format.channels, MAX_FRAMES),
  ]);
  const bytes = function* (): Generator<Uint8Array, void, void> {
    yield encoder.header();
    for (const block of blocks) {
      if (signal?.aborted) return;
      for (let at = 0; at < block.frames; at += MAX_FRAMES) {
        const count = Math.min(MAX_FRAMES, block.frames - at);
        for (const [c, channel] of block.channels.entries()) planar[c].set(channel.subarray(at, at + count));
        yield Buffer.from(encoder.encode(planar, count));
      }
    }
    yield Buffer.from(encoder.end().tail);
  };
  try {
    await connect(Readable.from(bytes()), output.stream);
    for (const { position, bytes } of encoder.end().patches) await output.revision?.patch(position, bytes);
    output.keep?.();
  } catch (error) {
    if (isReaderGone(error)) return;
    if (!isSystemError(error)) throw error;
    throw outputError(`${output.name}: ${systemReason(error)}`, { cause: error });
  } finally {
    output.close();
  }
}
