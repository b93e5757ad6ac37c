import * as z from 'zod';
import { bendUneven, unevenTanh } from '../dsp/dynamics/waveshaper.ts';
import type { BiquadCoefs } from '../dsp/filters/biquad-design.ts';
import { type FadingFilter, fadingCascade } from '../dsp/filters/fading-filter.ts';
import { designFirstOrder, designTilt } from '../dsp/filters/first-order.ts';
import { DecibelGain } from '../dsp/gain/decibel-gain.ts';
import { LinearRamp, type RampSpan } from '../dsp/gain/ramp.ts';
import { levelMatchDb, tiltedProgrammeDb } from '../dsp/levels/level-match.ts';
import { type AtRaisedRate, OVERSAMPLING, Oversampler } from '../dsp/rate/oversampler.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { described, number } from './parameters.ts';

const params = z.strictObject({
  drive: number({
    min: 0,
    max: 24,
    default: 6,
    unit: 'dB',
    doc: 'gain before the curve, made up for behind it',
  }),
  even: number({
    min: 0,
    max: 1,
    default: 0.5,
    doc: 'even harmonics: t = tanh(x) becomes t + t^2 even / 2; at 0 all are odd',
  }),
  tone: number({
    min: -12,
    max: 12,
    default: 0,
    unit: 'dB',
    doc: 'what is saturated: above 0 the highs more, below 0 the lows; a tilt about 2 kHz, undone behind the curve',
  }),
  oversample: described(
    z.literal(OVERSAMPLING).default(4),
    'the rate at which it saturates, as a multiple; more keeps more aliases out',
    'restart',
  ),
});
type Params = z.output<typeof params>;

/** Length of the glide to new values. */
const GLIDE_MS = 50;
/** Pivot of the tilt. */
const TONE_HZ = 2000;
/** Corner of the high-pass that takes away the offset which even harmonics bring. */
const OFFSET_HZ = 5;

class Saturator extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #oversampler: Oversampler;
  readonly #drive: DecibelGain;
  readonly #match: DecibelGain;
  readonly #tilt: FadingFilter<readonly BiquadCoefs[]>;
  readonly #untilt: FadingFilter<readonly BiquadCoefs[]>;
  readonly #even: LinearRamp;
  readonly #bend: AtRaisedRate;
  #span: Readonly<RampSpan> = { frames: 0, start: 0, step: 0, index: 0 };

  constructor(spec: ProcessSpec, initial: Params) {
    super('saturator', spec, initial);
    const { memory, maxFrames } = spec;
    const { sampleRate, channels } = spec.format;
    const { oversample } = initial;
    const glide = (GLIDE_MS / 1000) * sampleRate;
    const scratch = memory.planar(channels, maxFrames);
    this.#oversampler = new Oversampler(this.state, channels, oversample);
    this.#drive = new DecibelGain(this.state, glide, maxFrames);
    this.#match = new DecibelGain(this.state, glide, maxFrames);
    this.#tilt = fadingCascade(this.state, sampleRate, 1, scratch);
    this.#untilt = fadingCascade(this.state, sampleRate, 2, scratch);
    this.#even = new LinearRamp(this.state, glide);
    this.#bend = (y, samples, first) => {
      const { start, step, index } = this.#span;
      bendUneven(memory.kernels, y, samples, start, step / oversample, (index + first) * oversample);
    };
    this.latency = this.#oversampler.latency;
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { drive, even, tone } = this.params;
    const { sampleRate } = this.format;
    const weight = even / 2;
    this.#drive.set(drive, glide);
    const tilted = tiltedProgrammeDb(TONE_HZ, tone);
    const matchDb = tilted + levelMatchDb((x) => unevenTanh(x, weight), drive + tilted);
    this.#match.set(matchDb, glide);
    this.#tilt.setCoefs([designTilt(TONE_HZ, tone, sampleRate)], glide);
    this.#untilt.setCoefs(
      [designTilt(TONE_HZ, -tone, sampleRate), designFirstOrder('highpass', OFFSET_HZ, sampleRate)],
      glide,
    );
    this.#even.set(weight, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#tilt.process(main, frames);
    this.#drive.process(main, frames);
    for (let at = 0; at < frames; at += this.#span.frames) {
      this.#span = this.#even.take(frames - at);
      for (let n = 0; n < main.length; n++) {
        this.#oversampler.process(n, main[n], at, this.#span.frames, this.#bend);
      }
    }
    this.#match.process(main, frames);
    this.#untilt.process(main, frames);
  }
}

/** Gentle saturation whose odd and even harmonics are set apart, level-matched. */
export const saturator = defineStage({
  name: 'saturator',
  summary: 'Adds odd and even harmonics at the same level, with aliases kept out',
  params,
  neutral: { drive: 0, even: 0 },
  exercise: { drive: 12, even: 0.7, tone: 4, oversample: 2 },
  prepare: (spec, initial) => new Saturator(spec, initial),
});
