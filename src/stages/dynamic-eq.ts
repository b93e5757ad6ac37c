import * as z from 'zod';
import { DynamicBand } from '../dsp/dynamics/dynamic-band.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { timeConstant } from './dynamics-parameters.ts';
import { choice, described, number } from './parameters.ts';

const band = z.strictObject({
  type: choice(['peaking', 'lowshelf', 'highshelf'], 'peaking', 'shape of the band', 'live'),
  freq: number({
    min: 10,
    max: 40000,
    default: 1000,
    unit: 'Hz',
    doc: 'centre of a bell, corner of a shelf',
  }),
  q: number({ min: 0.1, max: 20, default: 1, doc: 'quality factor of a bell; shelves are of first order' }),
  threshold: number({
    min: -80,
    max: 0,
    default: -24,
    unit: 'dBFS',
    doc: 'level of the band where it begins to move',
  }),
  ratio: number({
    min: 1,
    max: 100,
    default: 3,
    unit: ':1',
    doc: 'how much of the level over the threshold is taken off, or put on',
  }),
  range: number({ min: 0, max: 30, default: 12, unit: 'dB', doc: 'largest move' }),
  direction: choice(['cut', 'boost'], 'cut', 'cut: down as the band gets loud; boost: up', 'live'),
  attack: timeConstant(10, 2000, 'while the move grows'),
  release: timeConstant(150, 10000, 'while it fades'),
});

const params = z.strictObject({
  bands: described(
    z.array(band).max(16).default([]),
    'in series; their number is fixed while running',
    'live',
  ),
});
type Params = z.output<typeof params>;

class DynamicEq extends StageProcessor<Params> {
  readonly #bands: readonly DynamicBand[];

  constructor(spec: ProcessSpec, initial: Params) {
    super('dynamic-eq', spec, initial);
    const { memory, maxFrames } = spec;
    const { channels, sampleRate } = spec.format;
    const scratch = { band: memory.planar(channels, maxFrames), fade: memory.planar(channels, maxFrames) };
    this.#bands = initial.bands.map(() => new DynamicBand(this.state, sampleRate, scratch, maxFrames));
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    this.params.bands.forEach(({ type, freq, q, threshold, ratio, range, direction, attack, release }, n) => {
      const levels = { thresholdDb: threshold, ratio, rangeDb: range, direction };
      this.#bands[n].set({ type, freqHz: freq, q, ...levels, attackMs: attack, releaseMs: release }, glide);
    });
  }

  override process({ main }: StageIO, frames: number): void {
    for (const one of this.#bands) one.process(main, frames);
  }

  /** `moves`: gain of each band in dB at the newest frame. */
  override meters(): Readings {
    return { moves: this.#bands.map((one) => one.moveDb) };
  }
}

/** Bands that move with their own level. */
export const dynamicEq = defineStage({
  name: 'dynamic-eq',
  summary: 'Equaliser whose bands move with their own level',
  source:
    'y = x + (g - 1) F(x), F from the Audio EQ Cookbook; g from the curve of Giannoulis et al., JAES 60(6), 2012',
  params,
  neutral: { bands: [{ threshold: 0, range: 1 }] },
  exercise: {
    bands: [
      { freq: 800, threshold: -50, ratio: 4, q: 0.7 },
      { type: 'highshelf', freq: 2000, threshold: -40, direction: 'boost', range: 6 },
      { type: 'lowshelf', freq: 150, threshold: -45, ratio: 2 },
    ],
  },
  prepare: (spec, initial) => new DynamicEq(spec, initial),
});
