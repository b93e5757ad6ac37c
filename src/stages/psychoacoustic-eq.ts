import * as z from 'zod';
import { BandBalance } from '../dsp/spectrum/band-balance.ts';
import { BandResponse } from '../dsp/spectrum/band-response.ts';
import { CRITICAL_BANDS, type CriticalBand, criticalBands } from '../dsp/spectrum/critical-bands.ts';
import { FFT_SIZES, type FftSize } from '../dsp/spectrum/fft.ts';
import { SegmentPowers } from '../dsp/spectrum/segment-powers.ts';
import { SpectralFilter } from '../dsp/spectrum/spectral-filter.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { described, number } from './parameters.ts';

/** Shortest transform in seconds: 4096 points at 44.1 and 48 kHz. */
const SHORTEST_SECONDS = 0.085;

/** As pink noise. */
const FLAT: readonly number[] = Array(CRITICAL_BANDS).fill(0);

const curve = (limit: number) => z.array(z.number().min(-limit).max(limit)).length(CRITICAL_BANDS);

const params = z.strictObject({
  gains: described(
    curve(24).optional(),
    'a fixed gain for each of the 25 critical bands; without it the stage listens and moves by itself',
    'live',
    'dB',
  ),
  target: described(
    curve(60).optional(),
    'wanted long-term level of each critical band against pink noise, which is what it is without; only differences count',
    'live',
    'dB',
  ),
  tilt: number({
    min: -12,
    max: 12,
    default: 0,
    unit: 'dB/octave',
    doc: 'slope added to the target about 1 kHz',
  }),
  amount: number({
    min: 0,
    max: 100,
    default: 100,
    unit: '%',
    doc: 'how much of the way to the target is gone',
  }),
  speed: number({ min: 0.01, max: 100, default: 2, unit: 'dB/s', doc: 'fastest move of a band' }),
  maxBoost: number({ min: 0, max: 24, default: 6, unit: 'dB', doc: 'largest gain of a band' }),
  maxCut: number({ min: 0, max: 24, default: 6, unit: 'dB', doc: 'largest reduction of a band' }),
  window: number({
    min: 100,
    max: 600000,
    default: 5000,
    unit: 'ms',
    doc: 'time constant of the mean that is held against the target',
  }),
  gate: number({
    min: -120,
    max: 0,
    default: -60,
    unit: 'dBFS',
    doc: 'RMS level under which all gains hold',
  }),
});
type Params = z.output<typeof params>;

/** The shortest transform of at least 85 ms. */
const sizeFor = (sampleRate: number): FftSize =>
  FFT_SIZES.find((size) => size >= SHORTEST_SECONDS * sampleRate) ?? FFT_SIZES[FFT_SIZES.length - 1];

class PsychoacousticEq extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #filter: SpectralFilter;
  readonly #response: BandResponse;
  readonly #powers: SegmentPowers;
  readonly #balance: BandBalance;
  readonly #bands: readonly CriticalBand[];
  /** Gains in dB that are not found by listening. */
  #fixed: readonly number[] | null = null;
  readonly #respond = (power: Float32Array): Float32Array => this.#responseFor(power);

  constructor(spec: ProcessSpec, initial: Params) {
    super('psychoacoustic-eq', spec, initial);
    const { sampleRate, channels } = spec.format;
    const size = sizeFor(sampleRate);
    this.#filter = new SpectralFilter(this.state, channels, size);
    this.latency = this.#filter.latency;
    this.#bands = criticalBands(sampleRate);
    const centresHz = this.#bands.map(({ centreHz }) => centreHz);
    this.#response = new BandResponse(spec.memory, sampleRate, size, centresHz);
    this.#powers = new SegmentPowers(spec.memory, sampleRate, size, channels);
    this.#balance = new BandBalance(this.state, this.#bands, this.#filter.hop / sampleRate);
    this.configure(false);
  }

  protected override configure(_glide: boolean): void {
    const { gains, target, tilt, amount, speed, maxBoost, maxCut, window, gate } = this.params;
    this.#fixed = gains ?? null;
    const limits = { speedDb: speed, maxBoostDb: maxBoost, maxCutDb: maxCut };
    const wanted = { targetDb: target ?? FLAT, tiltDb: tilt, amount: amount / 100 };
    this.#balance.set({ ...wanted, ...limits, windowMs: window, gateDb: gate });
  }

  override process({ main }: StageIO, frames: number): void {
    this.#filter.process(main, frames, this.#respond);
  }

  #responseFor(power: Float32Array): Float32Array {
    const gains = this.#fixed;
    const { gainsDb } = this.#balance;
    if (gains) for (let n = 0; n < gainsDb.length; n++) gainsDb[n] = gains[n];
    else this.#balance.step(this.#powers.of(power));
    return this.#response.of(gainsDb);
  }

  /** Of each critical band below half the rate: its centre in Hz, gain and level in dB, and whether it is masked. */
  override meters(): Readings {
    return {
      freqs: this.#bands.map(({ centreHz }) => centreHz),
      gains: [...this.#balance.gainsDb],
      levels: this.#balance.levelsDb,
      masked: this.#balance.masked.map(Number),
    };
  }
}

/** Brings the long-term balance of the critical bands to a target, or gives each a fixed gain; without phase. */
export const psychoacousticEq = defineStage({
  name: 'psychoacoustic-eq',
  summary: 'Brings the balance of 25 critical bands to a target and leaves alone what is masked',
  source: 'Zwicker 1961 (bands); Schroeder, Atal, Hall 1979 (masking); Allen 1977 (overlap-add)',
  params,
  neutral: { gains: [...FLAT] },
  exercise: { tilt: -4, speed: 100, window: 1000 },
  prepare: (spec, initial) => new PsychoacousticEq(spec, initial),
});
