import * as z from 'zod';
import { dbToGain } from '../dsp/elementary.ts';
import { applyGain } from '../dsp/gain/gain.ts';
import { LinearRamp } from '../dsp/gain/ramp.ts';
import type { Kernels } from '../dsp/kernel-memory.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { number } from './parameters.ts';

const params = z.strictObject({
  gain: number({ min: -120, max: 60, default: 0, unit: 'dB', doc: 'factor on every channel' }),
});
type Params = z.output<typeof params>;

/** Length of the glide to a new gain. */
const GLIDE_MS = 20;

class Gain extends StageProcessor<Params> {
  readonly #kernels: Kernels | null;
  readonly #ramp: LinearRamp;

  constructor(spec: ProcessSpec, initial: Params) {
    super('gain', spec, initial);
    this.#kernels = spec.memory.kernels;
    this.#ramp = new LinearRamp(this.state, (GLIDE_MS / 1000) * spec.format.sampleRate);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const gain = dbToGain(this.params.gain);
    this.#ramp.set(gain, glide, this.glideFrames);
  }

  override process({ main }: StageIO, frames: number): void {
    for (let at = 0; at < frames; ) {
      const span = this.#ramp.take(frames - at);
      for (const channel of main) applyGain(this.#kernels, channel, at, span);
      at += span.frames;
    }
  }
}

/** A fixed gain on every channel. */
export const gain = defineStage({
  name: 'gain',
  summary: 'Makes everything louder or quieter',
  params,
  neutral: { gain: -6 },
  exercise: { gain: -6 },
  prepare: (spec, initial) => new Gain(spec, initial),
});
