import type { Readable } from 'node:stream';
import type { Planar } from '../../audio/block.ts';
import { AuralisError, inputError } from '../../audio/errors.ts';
import type { KernelMemory } from '../../dsp/kernel-memory.ts';
import { type AudioHeader, type FormatChange, StreamDecoder } from '../../io/stream-decoder.ts';
import { codecWarnings, decodedStream } from './codec-input.ts';
import { named } from './system-reason.ts';

/** A stream of bytes and what messages call it. */
export interface NamedInput {
  readonly name: string;
  readonly stream: Readable;
}

/**
 * An input beside the first one. It is read only as far as the first input has come, holds a chunk at most, and is
 * silent from its end on.
 */
export class SideInput {
  readonly name: string;
  #stream: Readable;
  #chunks: AsyncIterator<Uint8Array> | null = null;
  readonly #decoder: StreamDecoder;
  #ended = false;
  #cut = false;
  #warnings: readonly string[] = [];

  constructor({ name, stream }: NamedInput, onFormatChange?: FormatChange) {
    this.#decoder = new StreamDecoder({ onFormatChange });
    this.name = name;
    this.#stream = stream;
  }

  /** Null until `open` has found it. */
  get header(): AudioHeader | null {
    return this.#decoder.header;
  }

  /** What was wrong with what was read of it, one line each. */
  get warnings(): readonly string[] {
    return [...codecWarnings(this.#stream), ...this.#warnings].map((warning) => `${this.name}: ${warning}`);
  }

  /** Reads as far as the header; a cut input may have none. */
  async open(): Promise<void> {
    while (this.#decoder.header === null && !this.#ended) await this.#pull();
  }

  /** Decodes onto `memory` from now on, at most `maxFrames` frames at a time, to a sample rate. */
  attach(memory: KernelMemory, maxFrames: number, sampleRate: number): void {
    try {
      this.#decoder.attach(memory, maxFrames, sampleRate);
    } catch (error) {
      throw error instanceof AuralisError ? named(error, this.name, inputError) : error;
    }
  }

  /** Puts the next `frames` frames into `target`; a promise when that needs bytes that have not come. */
  fill(target: Planar, frames: number): Promise<void> | undefined {
    const filled = this.#take(target, 0, frames);
    return filled === frames ? undefined : this.#fillRest(target, filled, frames);
  }

  /** Ends it here: what comes after is silence. */
  cut(): void {
    this.#cut = true;
    this.#stream.destroy();
  }

  /** Finds out what it is, by its first bytes. */
  async #begin(): Promise<AsyncIterator<Uint8Array>> {
    this.#stream = await decodedStream(this.#stream);
    return this.#stream[Symbol.asyncIterator]();
  }

  async #fillRest(target: Planar, from: number, frames: number): Promise<void> {
    let filled = from;
    while (filled < frames) {
      if (this.#ended) {
        for (const channel of target) channel.fill(0, filled, frames);
        return;
      }
      await this.#pull();
      filled = this.#take(target, filled, frames);
    }
  }

  /** Decodes what is there, from frame `from` on, and says how far it goes. A single channel goes to all. */
  #take(target: Planar, from: number, frames: number): number {
    const own = target.slice(0, this.#decoder.header?.format.channels);
    let at = from;
    while (at < frames) {
      const room = at === 0 ? own : own.map((channel) => channel.subarray(at));
      const taken = this.#decoder.read(room, frames - at);
      if (taken === 0 && !this.#decoder.nextTrack()) break;
      at += taken;
    }
    if (this.#decoder.failure !== null) throw named(this.#decoder.failure, this.name, inputError);
    spread(target, own.length, from, at);
    return at;
  }

  async #pull(): Promise<void> {
    try {
      this.#chunks ??= await this.#begin();
      const { value, done } = await this.#chunks.next();
      if (!done) {
        this.#decoder.write(value);
        return;
      }
      this.#ended = true;
      this.#warnings = this.#decoder.end().warnings;
    } catch (error) {
      this.#ended = true;
      if (!this.#cut) throw named(error, this.name, inputError);
    }
  }
}

/** Copies the only channel of a mono input to all others. */
export function spread(target: Planar, channels: number, from: number, to: number): void {
  if (channels > 1) return;
  for (const channel of target.slice(1)) channel.set(target[0].subarray(from, to), from);
}
