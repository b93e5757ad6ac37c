import { closeSync, openSync, readSync } from 'node:fs';
import type { Planar } from '../../audio/block.ts';
import { inputError } from '../../audio/errors.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { PlanarQueue } from '../../dsp/delay/planar-queue.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import { type AudioHeader, StreamDecoder } from '../../io/stream-decoder.ts';
import { named } from '../files/system-reason.ts';
import type { Fallback } from './fallback.ts';
import { type FrameReader, inFormat } from './frame-reader.ts';

const READ_BYTES = 64 * 1024;
/** Most frames that are decoded at a time. */
const BLOCK_FRAMES = 4096;

interface Piece {
  readonly format: AudioFormat;
  readonly channels: Planar;
  readonly frames: number;
}

/** The audio of an open file, once, in pieces that are valid until the next one. */
function* onePass(fd: number): Generator<Piece, void, void> {
  const decoder = new StreamDecoder();
  const bytes = Buffer.alloc(READ_BYTES);
  let opened: { format: AudioFormat; channels: Planar } | null = null;
  const open = ({ format }: AudioHeader) =>
    // Decoded by the reference, which may write to any array.
    onKernelMemory('reference', (memory) => {
      decoder.attach(memory, BLOCK_FRAMES);
      return { format, channels: memory.planar(format.channels, BLOCK_FRAMES) };
    });
  for (let at = 0, more = true; more; ) {
    const count = readSync(fd, bytes, 0, READ_BYTES, at);
    at += count;
    more = count > 0;
    if (more) decoder.write(bytes.subarray(0, count));
    else decoder.end();
    if (decoder.header === null) continue;
    opened ??= open(decoder.header);
    for (;;) {
      const frames = decoder.read(opened.channels, BLOCK_FRAMES);
      if (frames > 0) yield { ...opened, frames };
      else if (!decoder.nextTrack()) break;
    }
    if (decoder.failure !== null) throw decoder.failure;
  }
}

/** The audio of an open file, over and over. */
function* overAndOver(fd: number): Generator<Piece, void, void> {
  for (;;) {
    let frames = 0;
    for (const piece of onePass(fd)) {
      frames += piece.frames;
      yield piece;
    }
    if (frames === 0) throw inputError('has no audio that could be repeated');
  }
}

/** A WAV, AIFF, AU or Wave64 file that begins again where it ends, in the format of the stream. Read as it is heard. */
export class LoopedFile implements Fallback {
  readonly #fd: number;
  readonly #reader: FrameReader;

  /** @throws AuralisError of kind `input` that names the file */
  constructor(path: string, format: AudioFormat, backend: BackendName) {
    try {
      this.#fd = openSync(path, 'r');
    } catch (error) {
      throw named(error, path, inputError);
    }
    try {
      const pieces = overAndOver(this.#fd);
      const first = pieces.next().value!;
      const queue = new PlanarQueue(first.format.channels, BLOCK_FRAMES);
      queue.push(first.channels, 0, first.frames);
      const read = (target: Planar, most: number): number => {
        if (queue.frames === 0) {
          const { channels, frames } = pieces.next().value!;
          queue.push(channels, 0, frames);
        }
        return queue.shift(target, most);
      };
      this.#reader = inFormat({ format: first.format, read }, format, backend);
    } catch (error) {
      closeSync(this.#fd);
      throw named(error, path, inputError);
    }
  }

  fill(target: Planar, frames: number): void {
    for (let at = 0; at < frames; ) {
      at += this.#reader.read(
        target.map((channel) => channel.subarray(at)),
        frames - at,
      );
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
