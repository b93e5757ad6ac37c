import type { Planar } from '../../audio/block.ts';
import { type BackendName, onKernelMemory, StateMemory } from '../kernel-memory.ts';
import { HOPS_PER_WINDOW } from './overlapping-windows.ts';
import { SpectrumAnalyser } from './spectrum-analyser.ts';
import { FLUX_AT, type SpectrumLayout } from './spectrum-layout.ts';

/**
 * Frames by which the ranges of an analysis lie apart, whatever the FFT's size and the number of threads: 3 s at
 * 44.1 kHz, enough work to be worth a thread's while, and 1 MiB of samples for two channels.
 */
export const RANGE_FRAMES = 131072;

/** Frames that are copied into the analyser's memory at a time. */
const BLOCK_FRAMES = 4096;

/** What one range adds to an analysis: plain arrays that may go from thread to thread. */
export interface SpectrumPartial {
  /** Sums over the range's windows, laid out as `SpectrumLayout` says. */
  readonly sums: Float64Array;
  /** The programme's flux, window by window: the onset curve. */
  readonly onsets: Float64Array;
  /** The windows' records one after the other, or null when they were not asked for. */
  readonly records: Float64Array | null;
}

/** Where a range lies in a stream. */
export interface RangePlace {
  /** First and last frame (exclusive) that its analysis looks at: it sees one window before its own for the flux. */
  readonly from: number;
  readonly to: number;
  /** Frames until its own windows begin to end: those before are looked at and not counted. */
  readonly lead: number;
}

/**
 * The n-th range of a stream: the windows that end in (first + n R, first + (n + 1) R] with R = `RANGE_FRAMES` and
 * `first` the frame before the first window's end.
 */
export function rangePlace(range: number, fftSize: number): RangePlace {
  const hop = fftSize / HOPS_PER_WINDOW;
  const begins = range * RANGE_FRAMES;
  const to = begins + RANGE_FRAMES + fftSize - hop;
  return range === 0 ? { from: 0, to, lead: fftSize - hop } : { from: begins - hop, to, lead: fftSize };
}

/** Analyses ranges, one after another and in any order: what a range gives depends on its samples alone. */
export class RangeAnalyser {
  readonly #layout: SpectrumLayout;
  readonly #state: StateMemory;
  readonly #analyser: SpectrumAnalyser;
  readonly #block: readonly Float32Array[];

  constructor(layout: SpectrumLayout, backend: BackendName) {
    this.#layout = layout;
    const { state, analyser, block } = onKernelMemory(backend, (memory) => {
      const own = new StateMemory(memory);
      return {
        state: own,
        analyser: new SpectrumAnalyser(own, layout),
        block: memory.planar(layout.format.channels, BLOCK_FRAMES),
      };
    });
    this.#state = state;
    this.#analyser = analyser;
    this.#block = block;
  }

  /**
   * Analyses the first `frames` samples of each channel as one range, `lead` frames of them first; the last range of
   * a stream may be shorter than the others.
   */
  analyse(channels: Planar, frames: number, lead: number, withRecords: boolean): SpectrumPartial {
    const { fftSize, recordLength } = this.#layout;
    const windows = Math.max(0, Math.floor(((frames - lead) * HOPS_PER_WINDOW) / fftSize));
    const onsets = new Float64Array(windows);
    const records = withRecords ? new Float64Array(windows * recordLength) : null;
    const { record, sums } = this.#analyser;
    this.#analyser.recordsBands = withRecords;
    this.#state.clear();
    this.#run(channels, 0, Math.min(lead, frames), null);
    sums.close();
    let window = 0;
    this.#run(channels, lead, frames, () => {
      onsets[window] = record[FLUX_AT];
      records?.set(record, window * recordLength);
      window++;
    });
    sums.close();
    return { sums: sums.last.slice(), onsets, records };
  }

  #run(channels: Planar, from: number, to: number, onWindow: (() => void) | null): void {
    for (let at = from; at < to; at += BLOCK_FRAMES) {
      const take = Math.min(BLOCK_FRAMES, to - at);
      for (const [c, block] of this.#block.entries()) block.set(channels[c].subarray(at, at + take));
      this.#analyser.process(this.#block, 0, take, onWindow);
    }
  }
}
