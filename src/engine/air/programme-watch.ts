import type { Planar } from '../../audio/block.ts';
import { dbToGain } from '../../dsp/elementary.ts';
import { GUARD_LIMIT } from '../../dsp/levels/guard.ts';

/** Share of a piece's samples that the guard may refuse before the piece is no audio. */
const REFUSED_SHARE = 0.1;

/** Whether more than a tenth of the samples are not finite or above +60 dBFS. */
export function isGarbage(channels: Planar, frames: number): boolean {
  let refused = 0;
  for (const channel of channels) {
    // NaN is below nothing.
    for (let i = 0; i < frames; i++) if (!(Math.abs(channel[i]) <= GUARD_LIMIT)) refused++;
  }
  return refused > REFUSED_SHARE * frames * channels.length;
}

/** When a programme counts as silent. */
export interface SilenceRule {
  /** dBFS that no peak reaches. */
  readonly below: number;
  /** For so long, in frames; Infinity never counts it as silent. */
  readonly frames: number;
}

/** What a piece of a programme is. */
export type Verdict = 'good' | 'silent' | 'garbage';

/** Listens to a programme, piece by piece, and says whether it is one. */
export class ProgrammeWatch {
  readonly #threshold: number;
  readonly #most: number;
  /** Frames below the threshold that the programme ends with so far. */
  #quiet = 0;

  constructor({ below, frames }: SilenceRule) {
    this.#threshold = dbToGain(below);
    this.#most = frames;
  }

  /** Judges the next `frames` frames; `silent` as soon as the whole time up to their end was. */
  judge(channels: Planar, frames: number): Verdict {
    let quiet = frames;
    for (const channel of channels) {
      let loudest = -1;
      for (let i = 0; i < frames; i++) {
        if (!(Math.abs(channel[i]) < this.#threshold)) loudest = i;
      }
      quiet = Math.min(quiet, frames - 1 - loudest);
    }
    this.#quiet = quiet === frames ? this.#quiet + frames : quiet;
    if (isGarbage(channels, frames)) return 'garbage';
    return this.#quiet >= this.#most ? 'silent' : 'good';
  }
}
