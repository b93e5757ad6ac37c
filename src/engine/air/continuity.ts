import type { Planar } from '../../audio/block.ts';
import { PlanarQueue } from '../../dsp/delay/planar-queue.ts';
import { blend } from '../../dsp/gain/gain.ts';
import type { Fallback } from './fallback.ts';

interface ContinuityOptions {
  readonly channels: number;
  /** Frames of the programme that are held back, so that they can be faded out when no more come. */
  readonly holdFrames: number;
  /** Frames of the crossfade back to the programme. */
  readonly backFrames: number;
  /** Most frames that `offer`, `take` and `insert` are called with. */
  readonly maxFrames: number;
  readonly fallback: Fallback;
}

/**
 * One stream out of a programme that comes and goes and a fallback that is always there. Keeps count: frames out are frames
 * offered, less those dropped and those held, plus those inserted.
 */
export class Continuity {
  readonly #holdFrames: number;
  readonly #backFrames: number;
  readonly #fallback: Fallback;
  readonly #hold: PlanarQueue;
  readonly #scratch: Planar;
  #onAir = true;
  /** Share of the programme: on its way from `start`, by `step` a frame, for `length` frames of which `done` are over. */
  #fade = { start: 1, step: 0, length: 0, done: 0 };
  #framesOut = 0;
  #inserted = 0;
  #dropped = 0;

  constructor({ channels, holdFrames, backFrames, maxFrames, fallback }: ContinuityOptions) {
    this.#holdFrames = holdFrames;
    this.#backFrames = backFrames;
    this.#fallback = fallback;
    this.#hold = new PlanarQueue(channels, holdFrames + 2 * maxFrames);
    this.#scratch = Array.from({ length: channels }, () => new Float32Array(maxFrames));
  }

  get onAir(): boolean {
    return this.#onAir;
  }

  /** Frames that have left. */
  get framesOut(): number {
    return this.#framesOut;
  }

  /** Frames that no programme was in, and frames of the programme that were not heard. */
  get inserted(): number {
    return this.#inserted;
  }
  get dropped(): number {
    return this.#dropped;
  }

  /** Frames of the programme that may leave: all but those held back, or off air those that are left to fade out. */
  get ready(): number {
    return this.#onAir ? Math.max(0, this.#hold.frames - this.#holdFrames) : this.#tail;
  }

  /** Frames that are left to fade out. */
  get #tail(): number {
    return this.#onAir ? 0 : Math.max(0, this.#fade.length - this.#fade.done);
  }

  /** Takes frames of the programme to be heard. */
  offer(channels: Planar, frames: number): void {
    this.#hold.push(channels, 0, frames);
  }

  /** Counts frames of the programme that are not to be heard. */
  drop(frames: number): void {
    this.#dropped += frames;
  }

  /** The programme goes: what is held is faded out from where its share stands. */
  leave(): void {
    const frames = this.#hold.frames;
    this.#onAir = false;
    this.#begin(0, frames);
  }

  /** Off air, whether enough of the programme is held for it to come back. */
  get canReturn(): boolean {
    return this.#tail === 0 && this.#hold.frames >= this.#holdFrames;
  }

  /** The programme comes back, in a crossfade. */
  back(): void {
    this.#onAir = true;
    this.#begin(1, this.#backFrames);
  }

  /** Off air: what had been offered for a return that does not come. */
  abandon(): void {
    this.drop(this.#hold.frames);
    this.#hold.shift(null, this.#hold.frames);
  }

  /** At the end of the stream: nothing is held back any more. Gives the frames that are left. */
  get left(): number {
    return this.#hold.frames;
  }

  /** Gives the next `frames` frames of the programme, at most `ready` or, at the end, `left`. */
  take(target: Planar, frames: number): void {
    this.#hold.shift(target, frames);
    const { start, step, length, done } = this.#fade;
    const fading = Math.min(frames, length - done);
    this.#framesOut += frames;
    if (fading <= 0) return;
    this.#fallback.fill(this.#scratch, fading);
    const span = { frames: fading, start, step, index: done };
    for (let n = 0; n < target.length; n++) {
      blend(null, this.#scratch[n], target[n], 0, span);
      target[n].set(this.#scratch[n].subarray(0, fading));
    }
    this.#fade.done += fading;
  }

  /** Gives `frames` frames of the fallback. */
  insert(target: Planar, frames: number): void {
    this.#fallback.fill(target, frames);
    this.#framesOut += frames;
    this.#inserted += frames;
  }

  #begin(to: number, length: number): void {
    const { start, step, done } = this.#fade;
    const share = start + step * done;
    this.#fade = { start: share, step: length > 0 ? (to - share) / length : 0, length, done: 0 };
  }
}
