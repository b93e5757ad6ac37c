import { type BackendName, onKernelMemory, StateMemory } from '../kernel-memory.ts';
import { type BandMaskPair, bandMasks } from './band-masks.ts';
import { HOPS_PER_WINDOW } from './overlapping-windows.ts';
import { meanPower, type SpectrumFigures, sumsFigures } from './spectrum-figures.ts';
import type { SpectrumLayout, ViewName } from './spectrum-layout.ts';
import type { SpectrumPartial } from './spectrum-range.ts';
import { type Tempo, TempoEstimator } from './tempo.ts';

/** What a whole analysis says. */
export interface SpectrumResult extends SpectrumFigures {
  readonly fftSize: number;
  /** Beats a minute; null where no beat is found. */
  readonly tempo: number | null;
  /** How well the beat repeats, 0..1; null without one. */
  readonly tempoStrength: number | null;
}

/** Adds up partial results in the order of their ranges, in constant memory. */
export class SpectrumTotal {
  readonly #layout: SpectrumLayout;
  readonly #masks: BandMaskPair;
  readonly #sums: Float64Array;
  readonly #tempo: TempoEstimator;

  constructor(layout: SpectrumLayout, backend: BackendName) {
    const { format, fftSize } = layout;
    this.#layout = layout;
    this.#sums = new Float64Array(layout.sumsLength);
    const rate = (format.sampleRate * HOPS_PER_WINDOW) / fftSize;
    const { masks, tempo } = onKernelMemory(backend, (memory) => ({
      masks: bandMasks(memory, layout),
      tempo: new TempoEstimator(new StateMemory(memory), rate),
    }));
    this.#masks = masks;
    this.#tempo = tempo;
  }

  /** Adds the next range. */
  add({ sums, onsets }: SpectrumPartial): void {
    for (let i = 0; i < sums.length; i++) this.#sums[i] += sums[i];
    for (const onset of onsets) this.#tempo.push(onset);
  }

  /** All figures so far; null before the first window. */
  result(): SpectrumResult | null {
    const figures = sumsFigures(this.#layout, this.#masks, this.#sums);
    if (!figures) return null;
    const tempo: Tempo | null = this.#tempo.estimate();
    return {
      fftSize: this.#layout.fftSize,
      tempo: tempo?.bpm ?? null,
      tempoStrength: tempo?.strength ?? null,
      ...figures,
    };
  }

  /**
   * Mean power of a view in bins 0..fftSize/2, a full-scale sine on a bin being 1; null before the first window and for
   * a view that the format lacks.
   */
  power(view: ViewName): Float64Array | null {
    if (this.#sums[0] === 0 || !this.#layout.views.includes(view)) return null;
    return meanPower(this.#layout, this.#sums, view);
  }
}
