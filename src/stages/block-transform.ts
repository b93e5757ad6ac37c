import type { Transform } from 'node:stream';
import { objectTransform } from 'through2';
import type { AudioBlock, Planar } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import type { BlockRun } from './aligned-run.ts';

/** Opens a run for a format; called at the first block and again when the format changes. */
export type OpenRun = (format: AudioFormat) => BlockRun | Promise<BlockRun>;

/** A copy of a view, because a block that enters a stream's queue outlives the next call of `process`. */
function detached({ format, start, frames, channels }: AudioBlock, offset: number): AudioBlock {
  const own = channels.slice(0, format.channels).map((channel) => channel.slice(0, frames));
  return { format, start: start + offset, frames, channels: own };
}

/** Copies `frames` frames from `at` on into the start of `input`. */
function fill(input: Planar, channels: Planar, at: number, frames: number): void {
  for (let n = 0; n < input.length; n++) input[n].set(channels[n].subarray(at, at + frames));
}

/**
 * The one Transform around processing: AudioBlocks in, AudioBlocks of the same total length and time out. Every block
 * that leaves owns its arrays. When the format changes, the run before is flushed and a new one opened.
 */
export function blockTransform(open: OpenRun): Transform {
  let run: BlockRun | null = null;
  /** Frames that earlier runs have put out. */
  let offset = 0;

  const emit = (stream: Transform, block: AudioBlock): void => {
    if (block.frames > 0) stream.push(detached(block, offset));
  };
  const close = (stream: Transform): void => {
    if (run === null) return;
    for (const block of run.flush()) emit(stream, block);
    offset += run.framesOut;
    run = null;
  };
  const accept = async (stream: Transform, block: AudioBlock): Promise<void> => {
    if (!Array.isArray(block?.channels)) throw inputError('expected an AudioBlock; put decodeWav() in front');
    if (run !== null && !sameFormat(run.format, block.format)) close(stream);
    run ??= await open(block.format);
    for (let at = 0; at < block.frames; ) {
      const frames = Math.min(run.span(), block.frames - at);
      fill(run.input, block.channels, at, frames);
      emit(stream, run.process(frames));
      at += frames;
    }
  };

  return objectTransform(
    function (this: Transform, block: AudioBlock, _encoding: string, done: (error?: Error | null) => void) {
      accept(this, block).then(() => done(), done);
    },
    function (this: Transform, done: (error?: Error | null) => void) {
      try {
        close(this);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  ) as unknown as Transform;
}
