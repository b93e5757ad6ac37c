import * as z from 'zod';
import { dbToGain } from '../dsp/elementary.ts';
import { copyInto, copyPlanar } from '../dsp/gain/gain.ts';
import { GlidingGain } from '../dsp/gain/gliding-gain.ts';
import { encodeMidSide } from '../dsp/gain/mid-side.ts';
import type { Kernels } from '../dsp/kernel-memory.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { number } from './parameters.ts';

const params = z.strictObject({
  sideGain: number({ min: -60, max: 24, default: 0, unit: 'dB', doc: 'gain of the side output' }),
});
type Params = z.output<typeof params>;

/** Length of the glide to a new gain. */
const GLIDE_MS = 20;

class MidSide extends StageProcessor<Params> {
  readonly #kernels: Kernels | null;
  /** On the left and the right of the side output, which have opposite signs. */
  readonly #left: GlidingGain;
  readonly #right: GlidingGain;

  constructor(spec: ProcessSpec, initial: Params) {
    super('mid-side', spec, initial);
    const glide = (GLIDE_MS / 1000) * spec.format.sampleRate;
    this.#kernels = spec.memory.kernels;
    this.#left = new GlidingGain(this.state, glide);
    this.#right = new GlidingGain(this.state, glide);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const gain = dbToGain(this.params.sideGain);
    this.#left.set(gain, glide);
    this.#right.set(-gain, glide);
  }

  override process({ main, outputs: [mid, side] }: StageIO, frames: number): void {
    copyPlanar(this.#kernels, mid, main, frames);
    for (const channel of side) channel.fill(0, 0, frames);
    if (main.length !== 2) return;
    encodeMidSide(this.#kernels, mid[0], mid[1], frames);
    copyInto(this.#kernels, side[0], mid[1], frames);
    copyInto(this.#kernels, side[1], mid[1], frames);
    copyInto(this.#kernels, mid[1], mid[0], frames);
    this.#left.process(side[0], frames);
    this.#right.process(side[1], frames);
  }
}

/**
 * Splits stereo into what both channels share and what they do not: `mid` is (l + r) / 2 in both channels, `side` is
 * (l - r) / 2 on the left and its opposite on the right, so that their sum is the input again. Audio with another number
 * of channels is all mid.
 */
export const midSide = defineStage({
  name: 'mid-side',
  summary: 'Splits stereo into mid and side, whose sum is the input; other audio is all mid',
  source: 'A. D. Blumlein, GB 394,325, 1933 (sum and difference)',
  params,
  outputs: () => ['mid', 'side'],
  neutral: { sideGain: 0 },
  exercise: { sideGain: 6 },
  prepare: (spec, initial) => new MidSide(spec, initial),
});
