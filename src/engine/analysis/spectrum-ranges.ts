import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { type BackendName, chooseBackend } from '../../dsp/kernel-memory.ts';
import type { FftSize } from '../../dsp/spectrum/fft.ts';
import { type SpectrumLayout, spectrumLayout } from '../../dsp/spectrum/spectrum-layout.ts';
import { RangeAnalyser, type RangePlace, type SpectrumPartial } from '../../dsp/spectrum/spectrum-range.ts';
import { SpectrumTotal } from '../../dsp/spectrum/spectrum-total.ts';
import { type ThreadCount, threadCount } from '../thread-count.ts';
import { SpectrumPool } from './spectrum-pool.ts';

/** Ranges that wait or run for each thread. */
const RANGES_PER_THREAD = 2;

/**
 * Seconds of audio from which threads are used unless told otherwise, measured by bench/spectrum.js at 44.1 kHz, stereo, on two
 * cores. Shared threads, which are warm, take 1.3 to 1.6 times less time from 6 s on. Threads of one's own cost 0.1 s
 * to start and end; a second of audio costs 1.2 ms, of which they save half.
 */
const WARM_THRESHOLD = 10;
const COLD_THRESHOLD = 300;

/** How a spectrum is analysed. */
export interface SpectrumAnalysisOptions {
  readonly format: AudioFormat;
  /** Points of a window. @default 4096 */
  readonly fftSize?: FftSize;
  /** Worker threads; 1 works in the calling one. The figures are the same to the bit. @default 'auto' */
  readonly threads?: ThreadCount;
  /**
   * Seconds of audio from which threads are used. @default 10 with a `pool`, 300 without: from where they gain more than
   * their start costs
   */
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

/** Analyses the ranges of a stream, here or on threads, and adds their partial results in order. */
export class SpectrumRanges {
  readonly layout: SpectrumLayout;
  /** Frame from which ranges go to threads. */
  readonly threadedFrom: number;
  readonly #options: SpectrumAnalysisOptions;
  readonly #backend: BackendName;
  readonly #threads: number;
  readonly #total: SpectrumTotal;
  /** Partial results on their way, oldest first. */
  readonly #pending: Promise<SpectrumPartial>[] = [];
  #pool: SpectrumPool | null;
  #analyser: RangeAnalyser | null = null;
  #windows = 0;

  constructor(options: SpectrumAnalysisOptions) {
    const {
      format,
      fftSize = 4096,
      threads = 'auto',
      threshold = options.pool ? WARM_THRESHOLD : COLD_THRESHOLD,
      frames = null,
    } = options;
    this.#options = options;
    this.layout = spectrumLayout({ format, fftSize });
    this.#backend = chooseBackend(options.backend);
    this.#threads = options.pool?.threads ?? threadCount(threads);
    this.#pool = options.pool ?? null;
    this.#total = new SpectrumTotal(this.layout, this.#backend);
    const start = this.#threads === 1 ? Number.POSITIVE_INFINITY : threshold * format.sampleRate;
    this.threadedFrom = frames !== null && frames > start ? 0 : start;
  }

  /**
   * Analyses the first `frames` samples of each channel as the range at `place`; a range for threads stands on shared memory.
   * The samples stay as they are until `release` is called; wait for the promise before the next range.
   */
  async analyse(channels: Planar, place: RangePlace, frames: number, release?: () => void): Promise<void> {
    const { format, fftSize } = this.layout;
    const { lead } = place;
    const withRecords = this.#options.onRecords !== undefined;
    if (place.from < this.threadedFrom) {
      this.#analyser ??= new RangeAnalyser(this.layout, this.#backend);
      this.#add(this.#analyser.analyse(channels, frames, lead, withRecords));
      release?.();
      return;
    }
    this.#pool ??= new SpectrumPool(this.#threads);
    const spec = { format, fftSize };
    const task = { spec, backend: this.#backend, channels, frames, lead, withRecords };
    const partial = this.#pool.analyse(task).finally(release);
    // Whoever waits for it learns of a failure; until then it is nobody's.
    partial.catch(() => {});
    this.#pending.push(partial);
    if (this.#pending.length >= RANGES_PER_THREAD * this.#threads) await this.#addOldest();
  }

  /** Waits for all ranges and gives all figures. */
  async finish(): Promise<SpectrumTotal> {
    try {
      while (this.#pending.length > 0) await this.#addOldest();
      return this.#total;
    } finally {
      await this.close();
    }
  }

  /** Ends the threads, unless they are shared. */
  async close(): Promise<void> {
    if (!this.#options.pool) await this.#pool?.close();
    this.#pool = null;
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
