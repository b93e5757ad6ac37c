import * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { BiquadCascade } from '../dsp/biquad-cascade.ts';
import { type BiquadWidth, designBiquad } from '../dsp/biquad-design.ts';
import { Crossfade } from '../dsp/crossfade.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { choice, described, number, optionalNumber } from './parameters.ts';

const TYPES = [
  'peaking',
  'lowshelf',
  'highshelf',
  'highpass',
  'lowpass',
  'bandpass',
  'notch',
  'allpass',
] as const;

const band = z
  .strictObject({
    type: choice(TYPES, 'peaking', 'shape of the band', 'live'),
    freq: number({
      min: 1,
      max: 96000,
      default: 1000,
      unit: 'Hz',
      doc: 'centre or corner; at Nyquist or above the band does nothing',
    }),
    gain: number({
      min: -40,
      max: 40,
      default: 0,
      unit: 'dB',
      doc: 'boost or cut; peaking and shelves only',
    }),
    q: optionalNumber({
      min: 0.05,
      max: 100,
      doc: 'quality factor in the RBJ sense; 0.7071 when no width is given',
    }),
    bandwidth: optionalNumber({
      min: 0.01,
      max: 8,
      unit: 'octaves',
      doc: 'width instead of q: between the half-gain points',
    }),
    slope: optionalNumber({
      min: 0.5,
      max: 12,
      unit: 'dB/octave',
      doc: 'width instead of q: steepness of a shelf',
    }),
  })
  .refine(
    ({ q, bandwidth, slope }) => [q, bandwidth, slope].filter((width) => width !== undefined).length < 2,
    {
      message: 'has more than one width; give q, bandwidth or slope',
    },
  )
  .refine(({ type, slope }) => slope === undefined || type === 'lowshelf' || type === 'highshelf', {
    message: 'slope is for lowshelf and highshelf; give q or bandwidth',
  });

const params = z.strictObject({
  bands: described(
    z.array(band).max(256).default([]),
    'filters in series; their number is fixed while running',
    'live',
  ),
});
type Params = z.output<typeof params>;
type Band = Params['bands'][number];

/** Length of the crossfade to new bands. */
const FADE_MS = 50;

function widthOf({ q, bandwidth, slope }: Band): BiquadWidth {
  if (bandwidth !== undefined) return { bandwidthOctaves: bandwidth };
  if (slope !== undefined) return { slopeDbPerOctave: slope };
  return { q: q ?? Math.SQRT1_2 };
}

/**
 * Two cascades of the same size: the one that sounds and, while a change fades in, the one it came from. A change
 * that arrives during a fade waits for its end, so that every fade runs between two settled filters.
 */
class Eq extends StageProcessor<Params> {
  readonly #now: BiquadCascade;
  readonly #before: BiquadCascade;
  readonly #waiting: BiquadCascade;
  readonly #isWaiting: Int32Array;
  readonly #fade: Crossfade;
  readonly #scratch: Planar;

  constructor(spec: ProcessSpec, initial: Params) {
    super('eq', spec, initial);
    const { sampleRate, channels } = spec.format;
    const sections = initial.bands.length;
    this.#now = new BiquadCascade(this.state, sections, channels);
    this.#before = new BiquadCascade(this.state, sections, channels);
    this.#waiting = new BiquadCascade(this.state, sections, 0);
    this.#isWaiting = this.state.i32(1);
    this.#fade = new Crossfade(this.state, (FADE_MS / 1000) * sampleRate);
    this.#scratch = spec.memory.planar(channels, spec.maxFrames);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { sampleRate } = this.format;
    const coefs = this.params.bands.map((one) =>
      designBiquad(one.type, one.freq, one.gain, widthOf(one), sampleRate),
    );
    if (!glide) {
      this.#now.setCoefs(coefs);
      this.#fade.finish();
      return;
    }
    this.#waiting.setCoefs(coefs);
    this.#isWaiting[0] = 1;
  }

  override process({ main }: StageIO, frames: number): void {
    if (this.#isWaiting[0] === 0 && !this.#fade.fading) {
      this.#now.process(main, frames);
      return;
    }
    for (let at = 0; at < frames; ) {
      if (this.#isWaiting[0] === 1 && !this.#fade.fading) this.#startFade();
      const run = this.#fade.fading ? Math.min(frames - at, this.#fade.framesLeft) : frames - at;
      this.#processSpan(
        main.map((channel) => channel.subarray(at, at + run)),
        run,
      );
      at += run;
    }
  }

  #startFade(): void {
    this.#before.copyFrom(this.#now);
    this.#now.copyCoefs(this.#waiting);
    this.#isWaiting[0] = 0;
    this.#fade.start();
  }

  #processSpan(main: Planar, frames: number): void {
    if (!this.#fade.fading) {
      this.#now.process(main, frames);
      return;
    }
    main.forEach((channel, n) => {
      this.#scratch[n].set(channel.subarray(0, frames));
    });
    this.#now.process(this.#scratch, frames);
    this.#before.process(main, frames);
    this.#fade.process(main, this.#scratch, frames);
  }
}

/** Parametric equaliser: any number of second-order bands. */
export const eq = defineStage({
  name: 'eq',
  summary: 'Parametric equaliser: bells, shelves, passes, notches, allpasses',
  source:
    'R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients (W3C Audio EQ Cookbook)',
  params,
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
