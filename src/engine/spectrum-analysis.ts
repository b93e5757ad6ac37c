import type { Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { FftSize } from '../dsp/fft.ts';
import { type BackendName, chooseBackend } from '../dsp/kernel-memory.ts';
import { type SpectrumLayout, spectrumLayout } from '../dsp/spectrum-layout.ts';
import {
  RANGE_FRAMES,
  RangeAnalyser,
  type RangePlace,
  rangePlace,
  type SpectrumPartial,
} from '../dsp/spectrum-range.ts';
import { SpectrumTotal } from '../dsp/spectrum-total.ts';
import { SpectrumPool } from './spectrum-pool.ts';
import { type ThreadCount, threadCount } from './thread-count.ts';

/** Ranges that wait or run for each thread; what is read ahead is at most these and the one that fills. */
const RANGES_PER_THREAD = 2;

/** How a spectrum is analysed. */
export interface SpectrumAnalysisOptions {
  readonly format: AudioFormat;
  /** Points of a window. @default 4096 */
  readonly fftSize?: FftSize;
  /** Worker threads; 1 works in the calling one. The figures are the same to the bit. @default 'auto' */
  readonly threads?: ThreadCount;
  /** Seconds of audio from which threads are used. @default 10, from where they gain more than their start costs */
  readonly threshold?: number;
  /** Frames that will come, where that is known: a long file then goes to the threads from its beginning. */
  readonly frames?: number | null;
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Threads to share with other analyses; without it the analysis has its own and ends them. */
  readonly pool?: SpectrumPool;
  /** Gets the records of windows in their order, `recordLength` doubles each, and the number of the first of them. */
  readonly onRecords?: (records: Float64Array, firstWindow: number) => void;
}

/** Seconds of audio from which threads are used unless told otherwise. */
export const DEFAULT_THRESHOLD = 10;

/** The samples of one range while they come together and are analysed. */
interface RangeSamples {
  readonly channels: Planar;
  readonly place: RangePlace;
  filled: number;
}

/**
 * Spectrum, features and tempo of a stream in constant memory, on worker threads where it is long. The stream is cut into
 * ranges of a fixed length and their partial results are added in order, so that the figures are the same to the
 * bit for any number of threads and however the stream is pushed.
 */
export class SpectrumAnalysis {
  readonly layout: SpectrumLayout;
  readonly #options: SpectrumAnalysisOptions;
  readonly #backend: BackendName;
  readonly #threads: number;
  readonly #total: SpectrumTotal;
  /** Frame from which ranges go to threads. */
  readonly #threadedFrom: number;
  /** Arrays of ranges that are done. */
  readonly #free: Planar[] = [];
  /** Partial results on their way, oldest first. */
  readonly #pending: Promise<SpectrumPartial>[] = [];
  #pool: SpectrumPool | null;
  #analyser: RangeAnalyser | null = null;
  #range = 0;
  #samples: RangeSamples;
  #windows = 0;

  constructor(options: SpectrumAnalysisOptions) {
    const {
      format,
      fftSize = 4096,
      threads = 'auto',
      threshold = DEFAULT_THRESHOLD,
      frames = null,
    } = options;
    this.#options = options;
    this.layout = spectrumLayout({ format, fftSize });
    this.#backend = chooseBackend(options.backend);
    this.#threads = options.pool?.threads ?? threadCount(threads);
    this.#pool = options.pool ?? null;
    this.#total = new SpectrumTotal(this.layout);
    const start = this.#threads === 1 ? Number.POSITIVE_INFINITY : threshold * format.sampleRate;
    this.#threadedFrom = frames !== null && frames > start ? 0 : start;
    this.#samples = this.#open();
  }

  /** Takes `frames` frames of each channel, beginning at index `from`; wait for it before the arrays change. */
  async push(channels: Planar, frames: number, from = 0): Promise<void> {
    for (let done = 0; done < frames; ) {
      const samples = this.#samples;
      const length = samples.place.to - samples.place.from;
      const take = Math.min(frames - done, length - samples.filled);
      const at = from + done;
      for (const [c, to] of samples.channels.entries()) {
        to.set(channels[c].subarray(at, at + take), samples.filled);
      }
      samples.filled += take;
      done += take;
      if (samples.filled === length) await this.#next();
    }
  }

  /** Analyses what is left and gives all figures. */
  async finish(): Promise<SpectrumTotal> {
    try {
      if (this.#samples.filled > this.#samples.place.lead) this.#dispatch(this.#samples);
      while (this.#pending.length > 0) await this.#addOldest();
      return this.#total;
    } finally {
      await this.close();
    }
  }

  /** Ends the threads of an analysis that is given up. */
  async close(): Promise<void> {
    if (!this.#options.pool) await this.#pool?.close();
    this.#pool = null;
  }

  /** Hands the full range out and begins the next one with the frames that both look at. */
  async #next(): Promise<void> {
    const full = this.#samples;
    this.#range += 1;
    const next = this.#open();
    next.filled = full.place.to - next.place.from;
    for (const [c, to] of next.channels.entries()) {
      to.set(full.channels[c].subarray(full.filled - next.filled, full.filled));
    }
    this.#samples = next;
    this.#dispatch(full);
    if (this.#pending.length >= RANGES_PER_THREAD * this.#threads) await this.#addOldest();
  }

  /** Room for the samples of the present range, on shared memory. */
  #open(): RangeSamples {
    const { fftSize, format } = this.layout;
    const length = RANGE_FRAMES + fftSize;
    const channels =
      this.#free.pop() ??
      Array.from({ length: format.channels }, () => new Float32Array(new SharedArrayBuffer(4 * length)));
    return { channels, place: rangePlace(this.#range, fftSize), filled: 0 };
  }

  #dispatch({ channels, place, filled }: RangeSamples): void {
    const { format, fftSize } = this.layout;
    const { lead } = place;
    const withRecords = this.#options.onRecords !== undefined;
    if (place.from < this.#threadedFrom) {
      this.#analyser ??= new RangeAnalyser(this.layout, this.#backend);
      this.#add(this.#analyser.analyse(channels, filled, lead, withRecords));
      this.#free.push(channels);
      return;
    }
    this.#pool ??= new SpectrumPool(this.#threads);
    const spec = { format, fftSize };
    const task = { spec, backend: this.#backend, channels, frames: filled, lead, withRecords };
    const partial = this.#pool.analyse(task).finally(() => this.#free.push(channels));
    // Whoever waits for it learns of a failure; until then it is nobody's.
    partial.catch(() => {});
    this.#pending.push(partial);
  }

  async #addOldest(): Promise<void> {
    this.#add(await this.#pending.shift()!);
  }

  #add(partial: SpectrumPartial): void {
    this.#total.add(partial);
    if (partial.records) this.#options.onRecords?.(partial.records, this.#windows);
    this.#windows += partial.onsets.length;
  }
}

/** Spectrum, features and tempo of audio in memory, one array a channel. */
export async function analyseSpectrum(
  channels: Planar,
  options: Omit<SpectrumAnalysisOptions, 'frames'>,
): Promise<SpectrumTotal> {
  const frames = channels[0].length;
  const analysis = new SpectrumAnalysis({ ...options, frames });
  try {
    await analysis.push(channels, frames);
    return await analysis.finish();
  } finally {
    await analysis.close();
  }
}
