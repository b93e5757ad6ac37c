import { powerToDb } from '../elementary.ts';
import type { KernelMemory, Kernels } from '../kernel-memory.ts';
import type { BandMasks } from './band-masks.ts';
import {
  defined,
  meanFeature,
  meanPower,
  type SpectrumFigures,
  totalPower,
  type ViewFigures,
  widthFrom,
} from './spectrum-figures.ts';
import { FEATURES, type FeatureName, type SpectrumLayout } from './spectrum-layout.ts';

/** Features that are asked for, and where they stand. */
const [CENTROID, ROLLOFF, FLATNESS, CROSSINGS] = (
  ['centroid', 'rolloff', 'flatness', 'zeroCrossingRate'] satisfies FeatureName[]
).map((name) => FEATURES.indexOf(name));

/** What a controller asks for of an interval. */
export type ProgrammeFigures = Pick<SpectrumFigures, 'width'> & {
  readonly programme: Pick<
    ViewFigures,
    'level' | 'centroid' | 'rolloff' | 'flatness' | 'zeroCrossingRate' | 'bark'
  >;
};

/** What `sumsFigures` says of the programme in an interval, on the memory of its sums: it is asked for as long as a stream lasts. */
export class ProgrammeGlance {
  readonly #kernels: Kernels | null;
  readonly #layout: SpectrumLayout;
  readonly #masks: BandMasks;
  readonly #sums: Float64Array;
  /** Mean power in bins, and in critical bands. */
  readonly #mean: Float64Array;
  readonly #powers: Float64Array;

  /** `masks` are those of the critical bands, `sums` what an interval's windows came to; both on the memory. */
  constructor(memory: KernelMemory, layout: SpectrumLayout, masks: BandMasks, sums: Float64Array) {
    this.#kernels = memory.kernels;
    this.#layout = layout;
    this.#masks = masks;
    this.#sums = sums;
    this.#mean = memory.f64(layout.bins);
    this.#powers = memory.f64(layout.bark.freqs.length);
  }

  /** The figures of the windows that the sums now hold, at least one. */
  read(): ProgrammeFigures {
    const sums = this.#sums;
    const mean = meanPower(this.#layout, sums, 'programme', this.#mean, this.#kernels);
    this.#masks.measureMean(mean, this.#powers, this.#kernels);
    const { freqs } = this.#layout.bark;
    // One literal inside another would be made by the runtime.
    const bark = { freqs, levels: freqs.map((_, band) => powerToDb(this.#powers[band])) };
    const programme = {
      level: powerToDb(totalPower(mean, this.#kernels)),
      centroid: defined(meanFeature(sums, 0, CENTROID)),
      rolloff: defined(meanFeature(sums, 0, ROLLOFF)),
      flatness: defined(meanFeature(sums, 0, FLATNESS)),
      zeroCrossingRate: defined(meanFeature(sums, 0, CROSSINGS)),
      bark,
    };
    return { width: widthFrom(this.#layout, sums, this.#kernels), programme };
  }
}
