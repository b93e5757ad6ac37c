import { Readable } from 'node:stream';
import { pipeline as connect } from 'node:stream/promises';
import type { AudioBlock } from '../audio/block.ts';
import { outputError } from '../audio/errors.ts';
import { encodeWav } from '../io/encode-wav.ts';
import type { SampleEncoding } from '../io/sample-format.ts';
import type { OutputSink } from './output-sink.ts';
import { isReaderGone, isSystemError, systemReason } from './system-reason.ts';

interface WriteAudioOptions {
  readonly output: OutputSink;
  readonly sampleFormat: SampleEncoding;
  /** Frames in all blocks together. */
  readonly frames: number;
}

/** Writes blocks as a WAV; ends quietly when its reader goes away. A block may be used again for the next one. */
export async function writeAudio(
  blocks: Iterable<AudioBlock>,
  { output, sampleFormat, frames }: WriteAudioOptions,
): Promise<void> {
  try {
    await connect(Readable.from(copies(blocks)), encodeWav({ sampleFormat, frames }), output.stream);
  } catch (error) {
    if (isReaderGone(error)) return;
    if (!isSystemError(error)) throw error;
    throw outputError(`${output.name}: ${systemReason(error)}`, { cause: error });
  } finally {
    output.close();
  }
}

/** Blocks with arrays of their own, because they wait in a queue. */
function* copies(blocks: Iterable<AudioBlock>): Generator<AudioBlock, void, void> {
  for (const block of blocks) {
    yield { ...block, channels: block.channels.map((channel) => channel.slice(0, block.frames)) };
  }
}
