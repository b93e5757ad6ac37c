/** Where instruments play: they add to the two sides and to what goes to the room. */
export interface Mix {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly room: Float32Array;
}

/**
 * Something that sounds. It moves on by one frame at a time and stops on the frame where it falls silent, so the samples do
 * not depend on the pieces in which it is played.
 */
export interface Instrument {
  /** Adds frames `from` to `to` (excluded) to the mix. */
  play(mix: Mix, from: number, to: number): void;
}

/** Frames between two looks at slow controls such as vibrato. */
export const CONTROL_FRAMES = 32;
