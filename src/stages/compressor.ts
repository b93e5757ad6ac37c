import * as z from 'zod';
import { DelayLine } from '../dsp/delay-line.ts';
import { Envelope, smoothingCoefficient } from '../dsp/envelope.ts';
import { gainFromReduction, multiply } from '../dsp/gain.ts';
import { type CompressionCurve, reductionDb, slopeOfRatio } from '../dsp/gain-computer.ts';
import { GainReduction } from '../dsp/gain-reduction.ts';
import { largestOf } from '../dsp/level.ts';
import { DB_PER_OCTAVE } from '../dsp/log-domain.ts';
import { LinearRamp } from '../dsp/ramp.ts';
import { SteppedRamp } from '../dsp/stepped-ramp.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { choice, described, number } from './parameters.ts';

const params = z.strictObject({
  threshold: number({ min: -80, max: 0, default: -18, unit: 'dBFS', doc: 'level where reduction begins' }),
  ratio: number({
    min: 1,
    max: 100,
    default: 2,
    unit: ':1',
    doc: 'input dB for one more dB out, above the threshold',
  }),
  knee: number({
    min: 0,
    max: 40,
    default: 6,
    unit: 'dB',
    doc: 'full width of the bend, centred on the threshold',
  }),
  attack: number({
    min: 0,
    max: 2000,
    default: 10,
    unit: 'ms',
    doc: 'time constant (63.2 %) while reduction grows',
  }),
  release: number({
    min: 0,
    max: 10000,
    default: 150,
    unit: 'ms',
    doc: 'time constant (63.2 %) while reduction fades',
  }),
  makeup: described(
    z.union([z.number().min(-60).max(60), z.literal('auto')]).default(0),
    'gain after the reduction; "auto": half of what a full-scale level is reduced by',
    'live',
    'dB',
  ),
  detection: choice(['peak', 'rms'], 'peak', 'what the level is: the held peak or the root mean square'),
  window: number({
    min: 1,
    max: 1000,
    default: 10,
    unit: 'ms',
    doc: 'time constant of the mean square, for rms',
  }),
  link: number({
    min: 0,
    max: 1,
    default: 1,
    doc: '1: the loudest channel rules all; 0: each by itself',
    change: 'restart',
  }),
  lookahead: number({
    min: 0,
    max: 50,
    default: 0,
    unit: 'ms',
    doc: 'how far the detector sees ahead',
    change: 'restart',
  }),
});
type Params = z.output<typeof params>;

/** A peak is held for half a period of 250 Hz: long enough to bridge zero crossings, too short to blur the timing. */
const HOLD_MS = 2;
/** Length of the glide to new values of curve and makeup. */
const GLIDE_MS = 50;

const curveOf = ({ threshold, ratio, knee }: Params): CompressionCurve => ({
  thresholdDb: threshold,
  slope: slopeOfRatio(ratio),
  kneeDb: knee,
});

class Compressor extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #spec: ProcessSpec;
  readonly #delay: DelayLine;
  readonly #reduction: GainReduction;
  readonly #curve: SteppedRamp;
  readonly #smoothing: Envelope;
  readonly #makeup: LinearRamp;
  /** Reduction of the most reduced channel, in log2 units: at the newest frame, largest so far. */
  readonly #shown: Float64Array;

  constructor(spec: ProcessSpec, initial: Params) {
    super('compressor', spec, initial);
    const { maxFrames } = spec;
    const { sampleRate, channels } = spec.format;
    const { detection, link, lookahead } = initial;
    const frames = (ms: number): number => Math.round((ms / 1000) * sampleRate);
    this.latency = frames(lookahead);
    this.#spec = spec;
    this.#delay = new DelayLine(this.state, channels, this.latency);
    const hold = Math.max(1, frames(HOLD_MS));
    this.#reduction = new GainReduction(this.state, { channels, maxFrames, detection, link, hold });
    this.#curve = new SteppedRamp(this.state, 3, frames(GLIDE_MS));
    this.#smoothing = new Envelope(this.state, this.#reduction.signals.length);
    this.#makeup = new LinearRamp(this.state, frames(GLIDE_MS));
    this.#shown = this.state.f64(2);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { makeup, attack, release, window } = this.params;
    const { sampleRate } = this.#spec.format;
    const target = curveOf(this.params);
    // The slope glides and not the ratio: from 1:1 to 2:1 is as far as from 2:1 to a limiter.
    const curve = [target.thresholdDb, target.slope, target.kneeDb];
    const makeupDb = makeup === 'auto' ? reductionDb(0, target) / 2 : makeup;
    const makeupLog2 = makeupDb / DB_PER_OCTAVE;
    if (glide) {
      this.#curve.glide(curve);
      this.#makeup.glide(makeupLog2);
    } else {
      this.#curve.jump(curve);
      this.#makeup.jump(makeupLog2);
    }
    this.#smoothing.set(smoothingCoefficient(attack, sampleRate), smoothingCoefficient(release, sampleRate));
    this.#reduction.setWindow(smoothingCoefficient(window, sampleRate));
  }

  override process({ main, key }: StageIO, frames: number): void {
    const { kernels } = this.#spec.memory;
    const { signals } = this.#reduction;
    this.#reduction.detect(key ?? main, frames);
    for (let at = 0; at < frames; ) {
      const run = this.#curve.take(frames - at);
      const [thresholdDb, slope, kneeDb] = this.#curve.values;
      this.#reduction.setCurve({ thresholdDb, slope, kneeDb });
      this.#reduction.reduce(at, run);
      at += run;
    }
    this.#smoothing.process(signals, frames);
    this.#shown[0] = 0;
    for (const signal of signals) {
      this.#shown[0] = Math.max(this.#shown[0], signal[frames - 1]);
      this.#shown[1] = largestOf(kernels, signal, frames, this.#shown[1]);
    }
    for (let at = 0; at < frames; ) {
      const makeup = this.#makeup.take(frames - at);
      for (const signal of signals) gainFromReduction(kernels, signal, at, makeup);
      at += makeup.frames;
    }
    this.#delay.process(main, frames);
    main.forEach((channel, n) => {
      multiply(kernels, channel, signals[Math.min(n, signals.length - 1)], frames);
    });
  }

  /** Gain in dB, at most 0, of the most reduced channel: `reduction` at the newest frame, `maxReduction` so far. */
  override meters(): Readings {
    const [now, most] = this.#shown;
    return { reduction: 0 - now * DB_PER_OCTAVE, maxReduction: 0 - most * DB_PER_OCTAVE };
  }
}

/** Feed-forward compressor; its gain reduction is smoothed in the log domain. */
export const compressor = defineStage({
  name: 'compressor',
  summary: 'Turns down what is louder than a threshold',
  source: 'Giannoulis, Massberg, Reiss, Digital Dynamic Range Compressor Design, JAES 60(6), 2012',
  params,
  inputs: ['main', 'key'],
  neutral: { ratio: 1, lookahead: 5 },
  exercise: { threshold: -30, ratio: 4, attack: 5, release: 80, makeup: 6, lookahead: 3, link: 0.5 },
  prepare: (spec, initial) => new Compressor(spec, initial),
});
