import * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { CompressorGain } from '../dsp/dynamics/compressor-gain.ts';
import { slopeOfRatio } from '../dsp/dynamics/gain-computer.ts';
import { type BandSplitter, CROSSOVER_SLOPES } from '../dsp/filters/band-splitter.ts';
import { CROSSOVER_PHASES, createCrossover } from '../dsp/filters/crossover.ts';
import { addPlanar, copyPlanar } from '../dsp/gain/gain.ts';
import type { Kernels } from '../dsp/kernel-memory.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { link, timeConstant } from './dynamics-parameters.ts';
import { choice, described, number } from './parameters.ts';

const band = z.strictObject({
  threshold: number({ min: -80, max: 0, default: -24, unit: 'dBFS', doc: 'level where reduction begins' }),
  ratio: number({ min: 1, max: 100, default: 2, unit: ':1', doc: 'input dB for one more dB out' }),
  knee: number({ min: 0, max: 40, default: 6, unit: 'dB', doc: 'full width of the bend' }),
  attack: timeConstant(15, 2000, 'while reduction grows'),
  release: timeConstant(150, 10000, 'while it fades'),
  range: number({ min: 0, max: 140, default: 140, unit: 'dB', doc: 'largest reduction' }),
  makeup: number({ min: -60, max: 60, default: 0, unit: 'dB', doc: 'gain after the reduction' }),
});

const params = z
  .strictObject({
    freqs: described(
      z.array(z.number().min(10).max(40000)).min(1).max(7).default([120, 2500]),
      'where the bands meet, rising; one fewer than bands; with linear phase a live move goes no lower than what ' +
        'rings within the latency',
      'live',
      'Hz',
    ),
    bands: described(
      z.array(band).min(2).max(8).prefault([{}, {}, {}]),
      'a compressor for each band, lowest first',
      'live',
    ),
    slope: described(
      z.literal(CROSSOVER_SLOPES).default(24),
      'steepness of every split',
      'restart',
      'dB/octave',
    ),
    phase: choice(CROSSOVER_PHASES, 'minimum', 'linear costs latency and keeps the phase'),
    link,
  })
  .refine(({ freqs }) => freqs.every((freq, n) => n === 0 || freq > freqs[n - 1]), {
    path: ['freqs'],
    message: 'frequencies must rise from band to band',
  })
  .refine(({ freqs, bands }) => bands.length === freqs.length + 1, {
    path: ['bands'],
    message: 'needs one more entry than freqs',
  });
type Params = z.output<typeof params>;

class MultibandCompressor extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #kernels: Kernels | null;
  readonly #splitter: BandSplitter;
  readonly #gains: readonly CompressorGain[];
  readonly #bands: readonly Planar[];

  constructor(spec: ProcessSpec, initial: Params) {
    super('multiband-compressor', spec, initial);
    const { memory, maxFrames } = spec;
    const { sampleRate, channels } = spec.format;
    const { freqs, slope, phase, link } = initial;
    const size = { sampleRate, channels, maxFrames };
    this.#kernels = memory.kernels;
    this.#splitter = createCrossover(this.state, phase, { ...size, freqs, slope });
    this.latency = this.#splitter.latency;
    this.#gains = initial.bands.map(
      () =>
        new CompressorGain(this.state, {
          ...size,
          link,
          detection: 'peak',
          topology: 'forward',
          mode: 'down',
          adaptiveRelease: false,
        }),
    );
    this.#bands = initial.bands.map(() => memory.planar(channels, maxFrames));
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    this.#splitter.setFreqs(this.params.freqs, glide);
    this.params.bands.forEach(({ threshold, ratio, knee, attack, release, range, makeup }, n) => {
      const curve = { thresholdDb: threshold, slope: slopeOfRatio(ratio), kneeDb: knee, rangeDb: range };
      const times = { attackMs: attack, holdMs: 0, releaseMs: release, windowMs: 10 };
      this.#gains[n].set({ ...curve, ...times, makeupDb: makeup }, glide);
    });
  }

  override process({ main }: StageIO, frames: number): void {
    this.#splitter.process(main, this.#bands, frames);
    this.#bands.forEach((one, n) => {
      this.#gains[n].listen(one, frames);
      this.#gains[n].apply(one, frames);
      if (n === 0) copyPlanar(this.#kernels, main, one, frames);
      else addPlanar(this.#kernels, main, one, frames, 1);
    });
  }

  /** Gain in dB, at most 0, of each band: at the newest frame, and the lowest so far. */
  override meters(): Readings {
    return {
      reductions: this.#gains.map(({ gainDb }) => gainDb),
      maxReductions: this.#gains.map(({ farthestDb }) => farthestDb),
    };
  }
}

/** A crossover, a compressor for each band, and their sum, in one stage. */
export const multibandCompressor = defineStage({
  name: 'multiband-compressor',
  summary: 'Compresses 2 to 8 bands, each by itself, and sums them',
  source: 'the crossover and the compressor of this project, arranged',
  params,
  neutral: { freqs: [10], bands: [{ ratio: 1 }, { ratio: 1 }] },
  exercise: {
    freqs: [200, 2000],
    bands: [
      { threshold: -40, ratio: 3 },
      { threshold: -35, makeup: 3 },
      { threshold: -45, ratio: 4, attack: 2 },
    ],
    link: 0.5,
  },
  prepare: (spec, initial) => new MultibandCompressor(spec, initial),
});
