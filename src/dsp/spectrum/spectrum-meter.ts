import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { hopFrames, type Overlap } from './overlapping-windows.ts';
import { type ProgrammeFigures, ProgrammeGlance } from './programme-glance.ts';
import { SpectrumAnalyser } from './spectrum-analyser.ts';
import { recordFigures, type SpectrumFigures, sumsFigures } from './spectrum-figures.ts';
import { FLUX_AT, type SpectrumLayout } from './spectrum-layout.ts';
import { type Tempo, TempoEstimator } from './tempo.ts';

/** Spectrum, width and tempo of a stream: in its newest window, in intervals that are closed from outside, since its start. */
export class SpectrumMeter {
  readonly #analyser: SpectrumAnalyser;
  readonly #tempo: TempoEstimator;
  readonly #programme: ProgrammeGlance;
  readonly #onWindow: () => void;

  /** Calls `onWindow` with the frame at which a window has ended. */
  constructor(
    state: StateMemory,
    layout: SpectrumLayout,
    overlap: Overlap,
    onWindow: (frame: number) => void,
  ) {
    const { format, fftSize } = layout;
    this.#analyser = new SpectrumAnalyser(state, layout, overlap);
    this.#tempo = new TempoEstimator(state, format.sampleRate / hopFrames(fftSize, overlap));
    const { masks, sums } = this.#analyser;
    this.#programme = new ProgrammeGlance(state.memory, layout, masks.bark, sums.last);
    this.#onWindow = () => {
      this.#tempo.push(this.#analyser.record[FLUX_AT]);
      onWindow(this.#analyser.position);
    };
  }

  /** Whether `lastWindow` will be asked for: else the powers in its bands need not be worked out. */
  set readsWindows(reads: boolean) {
    this.#analyser.recordsBands = reads;
  }

  /** Takes `frames` frames of each channel, beginning at index `from`. */
  process(channels: Planar, from: number, frames: number): void {
    this.#analyser.process(channels, from, frames, this.#onWindow);
  }

  /** Ends the open interval; a window belongs to the one in which it ends. */
  closeInterval(): void {
    this.#analyser.sums.close();
  }

  /** Figures of the window that ended last. */
  lastWindow(): SpectrumFigures {
    return recordFigures(this.#analyser.layout, this.#analyser.record);
  }

  /** Means over the last closed interval; null where no window has ended in it. */
  lastInterval(): SpectrumFigures | null {
    const { layout, masks, sums } = this.#analyser;
    return sumsFigures(layout, masks, sums.last);
  }

  /** Of these means what a controller asks for, worked out without an allocation of arrays of bins. */
  glance(): ProgrammeFigures | null {
    return this.#analyser.sums.last[0] > 0 ? this.#programme.read() : null;
  }

  /** Means since the start; null before the first window. */
  sinceStart(): SpectrumFigures | null {
    const { layout, masks, sums } = this.#analyser;
    return sumsFigures(layout, masks, sums.total());
  }

  /** Tempo of the onsets so far; null where no beat is found. */
  get tempo(): Tempo | null {
    return this.#tempo.estimate();
  }
}
