import type { Planar } from '../../audio/block.ts';

/** Frames that wait, first in, first out, in arrays of fixed size. */
export class PlanarQueue {
  readonly #channels: readonly Float32Array[];
  #frames = 0;

  /** `capacity` in frames. */
  constructor(channels: number, capacity: number) {
    this.#channels = Array.from({ length: channels }, () => new Float32Array(capacity));
  }

  /** The queue of which `snapshot` gave the frames, with room for so many more. */
  static restored(snapshot: readonly Uint8Array[], room: number): PlanarQueue {
    const waiting = snapshot.map((bytes) => new Float32Array(new Uint8Array(bytes).buffer));
    const frames = waiting[0]?.length ?? 0;
    const queue = new PlanarQueue(waiting.length, frames + room);
    queue.push(waiting, 0, frames);
    return queue;
  }

  /** The bytes of the waiting frames, a list a channel. */
  snapshot(): Uint8Array[] {
    return this.#channels.map((channel) => new Uint8Array(channel.slice(0, this.#frames).buffer));
  }

  get frames(): number {
    return this.#frames;
  }

  /** The waiting frames; valid until the next call. */
  get channels(): Planar {
    return this.#channels;
  }

  /** Takes frames `from` to `to` of a signal. */
  push(source: Planar, from: number, to: number): void {
    for (let n = 0; n < this.#channels.length; n++) {
      this.#channels[n].set(source[n].subarray(from, to), this.#frames);
    }
    this.#frames += to - from;
  }

  /** Moves up to `most` frames to the front of `target`, or drops them without one, and says how many. */
  shift(target: Planar | null, most: number): number {
    const frames = Math.min(most, this.#frames);
    for (let n = 0; n < this.#channels.length; n++) {
      target?.[n].set(this.#channels[n].subarray(0, frames));
      this.#channels[n].copyWithin(0, frames, this.#frames);
    }
    this.#frames -= frames;
    return frames;
  }
}
