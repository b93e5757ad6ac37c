import * as z from 'zod';
import { pipelineError } from '../audio/errors.ts';
import { IDENTITY } from '../dsp/filters/biquad-design.ts';
import { FadingFilter } from '../dsp/filters/fading-filter.ts';
import { StereoCascade, type StereoSections } from '../dsp/filters/stereo-cascade.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { designBand, EQ_DESIGNS, type EqBand, eqBand } from './eq-band.ts';
import { choice, described } from './parameters.ts';

const isMidSide = ({ channels }: EqBand): boolean => channels === 'mid' || channels === 'side';
const isLeftRight = ({ channels }: EqBand): boolean => channels === 'left' || channels === 'right';

const params = z.strictObject({
  bands: described(
    z
      .array(eqBand)
      .max(256)
      .default([])
      .refine((bands) => !(bands.some(isMidSide) && bands.some(isLeftRight)), {
        message: 'left or right does not go with mid or side; use two eq stages',
      }),
    'filters in series; their number is fixed while running',
    'live',
  ),
  design: choice(
    EQ_DESIGNS,
    'rbj',
    'rbj: the Cookbook, narrowed towards Nyquist; matched: near the analogue prototype up to 0.9 Nyquist, bells of 12 dB within 0.6 dB',
    'live',
  ),
});
type Params = z.output<typeof params>;

class Eq extends StageProcessor<Params> {
  readonly #filter: FadingFilter<StereoSections, StereoCascade>;

  constructor(spec: ProcessSpec, initial: Params) {
    super('eq', spec, initial);
    const { sampleRate, channels } = spec.format;
    const sections = initial.bands.length;
    this.#filter = new FadingFilter<StereoSections, StereoCascade>(
      this.state,
      sampleRate,
      spec.memory.planar(channels, spec.maxFrames),
      (count) => new StereoCascade(this.state, sections, count),
    );
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { bands, design } = this.params;
    const { channels, sampleRate } = this.format;
    const midSide = channels === 2 && bands.some(isMidSide);
    const designed = bands.map((band) => designBand(band, design, sampleRate));
    const only = (...kinds: EqBand['channels'][]) =>
      designed.map((coefs, n) => (kinds.includes(bands[n].channels) ? coefs : IDENTITY));
    const even = only('stereo', 'left', 'mid');
    const odd = channels === 1 ? even : only('stereo', 'right', 'side');
    this.#filter.setCoefs({ even, odd, midSide }, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#filter.process(main, frames);
  }
}

/** Parametric equaliser: any number of second-order bands. */
export const eq = defineStage({
  name: 'eq',
  summary: 'Parametric equaliser: bells, shelves, passes, notches, allpasses',
  source:
    'R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients (W3C Audio EQ Cookbook); ' +
    'M. Vicanek, Matched Second Order Digital Filters, 2016',
  params,
  outputFormat: (format, { bands }) => {
    const wrong = bands.findIndex((band) => format.channels > 2 && band.channels !== 'stereo');
    if (wrong < 0) return format;
    const found = `bands[${wrong}].channels is "${bands[wrong].channels}"`;
    throw pipelineError(`${found}, the audio has ${format.channels} channels; allowed is "stereo"`);
  },
  neutral: { bands: [{ type: 'peaking', freq: 1000, gain: 0.01, q: 0.7 }] },
  exercise: {
    bands: [
      { type: 'lowshelf', freq: 120, gain: 3, slope: 6 },
      { type: 'peaking', freq: 800, gain: -4, bandwidth: 1 },
      { type: 'highshelf', freq: 2500, gain: 2, q: 0.7 },
      { type: 'highpass', freq: 30 },
    ],
  },
  prepare: (spec, initial) => new Eq(spec, initial),
});
