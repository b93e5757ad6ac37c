import { cos, exp } from '../dsp/elementary.ts';

/** Corner of the filter that takes out what the drums leave at 0 Hz. */
const DC_CORNER_HZ = 8;

interface Fade {
  /** Frames at which the fade begins, and from which there is exact silence. */
  readonly from: number;
  readonly to: number;
}

/** The end of the mixing desk: no DC, level, and the fade into silence. */
export class OutputBus {
  readonly #gain: number;
  readonly #fade: Fade;
  readonly #pole: number;
  readonly #lastIn = new Float64Array(2);
  readonly #lastOut = new Float64Array(2);

  constructor(sampleRate: number, gain: number, fade: Fade) {
    this.#gain = gain;
    this.#fade = fade;
    this.#pole = exp((-2 * Math.PI * DC_CORNER_HZ) / sampleRate);
  }

  /** Works on the first `frames` frames in place; `start` is the absolute frame of the first. */
  process(channels: readonly Float32Array[], frames: number, start: number): void {
    for (const [c, channel] of channels.entries()) {
      for (let i = 0; i < frames; i++) {
        const x = channel[i];
        const y = x - this.#lastIn[c] + this.#pole * this.#lastOut[c];
        this.#lastIn[c] = x;
        this.#lastOut[c] = y;
        const fade = this.#fadeAt(start + i);
        channel[i] = fade > 0 ? this.#gain * fade * y : 0;
      }
    }
  }

  /** Half a cosine from 1 to 0. */
  #fadeAt(frame: number): number {
    const { from, to } = this.#fade;
    if (frame < from) return 1;
    if (frame >= to) return 0;
    return 0.5 + 0.5 * cos((Math.PI * (frame - from)) / (to - from));
  }
}
