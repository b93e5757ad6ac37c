import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import type { DriftAbsorber } from './drift-absorber.ts';
import type { FeedEnd, ProgrammeFeed } from './programme-feed.ts';

/** Cuts a programme into pieces of one length, whatever its packets are. */
export class ProgrammePieces {
  /** The present piece. */
  readonly channels: Planar;
  /** Frames of a whole one. */
  readonly frames: number;
  readonly #format: AudioFormat;
  readonly #absorber: DriftAbsorber | null;
  #gathered = 0;

  /** With an absorber the pieces are of the clock of this machine. */
  constructor(format: AudioFormat, frames: number, absorber: DriftAbsorber | null) {
    this.#format = format;
    this.#absorber = absorber;
    this.frames = frames;
    this.channels = format.layout.map(() => new Float32Array(frames));
  }

  /** Fills the piece as far as frames have come; true when it is whole, and the next call begins another. */
  gather(feed: ProgrammeFeed | null): boolean {
    if (this.#absorber && feed !== null)
      return this.#absorber.read(this.channels, this.frames, feed.end !== null);
    while (feed !== null && this.#gathered < this.frames) {
      const rest = this.channels.map((channel) => channel.subarray(this.#gathered));
      const taken = feed.read(rest, this.frames - this.#gathered, this.#format);
      if (taken === 0) return false;
      this.#gathered += taken;
    }
    if (feed === null) return false;
    this.#gathered = 0;
    return true;
  }

  /** The end of a programme, once no whole piece is left of it. */
  endOf(feed: ProgrammeFeed | null): FeedEnd | null {
    return this.#absorber && this.#absorber.frames >= this.frames ? null : (feed?.end ?? null);
  }

  /** Ends a piece that will not become whole and says how many frames it has. */
  cut(): number {
    const frames = this.#absorber?.cut(this.channels) ?? this.#gathered;
    this.#gathered = 0;
    return frames;
  }
}
