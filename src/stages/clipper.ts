import * as z from 'zod';
import { bend, CURVES } from '../dsp/dynamics/waveshaper.ts';
import { DecibelGain } from '../dsp/gain/decibel-gain.ts';
import { type AtRaisedRate, OVERSAMPLING, Oversampler } from '../dsp/rate/oversampler.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { choice, described, number } from './parameters.ts';

const params = z.strictObject({
  type: choice(
    CURVES,
    'tanh',
    'curve, slope 1 in the quiet; what it reaches: tanh only in the limit, cubic 3.5 dB and quintic 1.9 dB over the ceiling, hard at it',
  ),
  ceiling: number({
    min: -40,
    max: 0,
    default: -1,
    unit: 'dBFS',
    doc: 'where the curve ends; samples may pass it, by the ringing of the filters that keep aliases out',
  }),
  drive: number({ min: -24, max: 36, default: 0, unit: 'dB', doc: 'gain before the curve' }),
  oversample: described(
    z.literal(OVERSAMPLING).default(8),
    'the rate at which it clips, as a multiple; more keeps more aliases out',
    'restart',
  ),
});
type Params = z.output<typeof params>;

/** Length of the glide to a new drive or ceiling. */
const GLIDE_MS = 50;

class Clipper extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #oversampler: Oversampler;
  readonly #before: DecibelGain;
  readonly #after: DecibelGain;
  readonly #bend: AtRaisedRate;

  constructor(spec: ProcessSpec, initial: Params) {
    super('clipper', spec, initial);
    const { memory, maxFrames } = spec;
    const { sampleRate, channels } = spec.format;
    const glide = (GLIDE_MS / 1000) * sampleRate;
    this.#oversampler = new Oversampler(this.state, channels, initial.oversample);
    this.#before = new DecibelGain(this.state, glide, maxFrames);
    this.#after = new DecibelGain(this.state, glide, maxFrames);
    this.#bend = (y, samples) => bend(memory.kernels, initial.type, y, samples);
    this.latency = this.#oversampler.latency;
    this.configure(false);
  }

  /** The curves end at 1, so the ceiling is brought there and back. */
  protected override configure(glide: boolean): void {
    const { ceiling, drive } = this.params;
    this.#before.set(drive - ceiling, glide);
    this.#after.set(ceiling, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#before.process(main, frames);
    for (let n = 0; n < main.length; n++) this.#oversampler.process(n, main[n], 0, frames, this.#bend);
    this.#after.process(main, frames);
  }
}

/** Clipper with a soft or a hard curve, at a raised rate between filters of linear phase. */
export const clipper = defineStage({
  name: 'clipper',
  summary: 'Cuts peaks off along a soft or a hard curve, with aliases kept out',
  source: 'J. O. Smith, Physical Audio Signal Processing, 2010 (cubic soft clipper)',
  params,
  neutral: { ceiling: 0 },
  exercise: { type: 'quintic', ceiling: -6, drive: 12, oversample: 4 },
  prepare: (spec, initial) => new Clipper(spec, initial),
});
