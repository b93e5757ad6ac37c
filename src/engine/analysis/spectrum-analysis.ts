import type { Planar } from '../../audio/block.ts';
import type { SpectrumLayout } from '../../dsp/spectrum/spectrum-layout.ts';
import { RANGE_FRAMES, type RangePlace, rangePlace } from '../../dsp/spectrum/spectrum-range.ts';
import type { SpectrumTotal } from '../../dsp/spectrum/spectrum-total.ts';
import { type SpectrumAnalysisOptions, SpectrumRanges } from './spectrum-ranges.ts';

export type { SpectrumAnalysisOptions } from './spectrum-ranges.ts';

/** The samples of one range while they come together. */
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
  readonly #ranges: SpectrumRanges;
  /** Arrays of ranges that are done. */
  readonly #free: Planar[] = [];
  #range = 0;
  #samples: RangeSamples;

  constructor(options: SpectrumAnalysisOptions) {
    this.#ranges = new SpectrumRanges(options);
    this.layout = this.#ranges.layout;
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
    if (this.#samples.filled > this.#samples.place.lead) await this.#analyse(this.#samples);
    return this.#ranges.finish();
  }

  /** Ends the threads of an analysis that is given up. */
  close(): Promise<void> {
    return this.#ranges.close();
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
    await this.#analyse(full);
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

  #analyse({ channels, place, filled }: RangeSamples): Promise<void> {
    return this.#ranges.analyse(channels, place, filled, () => this.#free.push(channels));
  }
}

/**
 * Spectrum, features and tempo of audio in memory, one array a channel. Threads read arrays on shared memory where they
 * stand and others from a copy.
 */
export async function analyseSpectrum(
  channels: Planar,
  options: Omit<SpectrumAnalysisOptions, 'frames'>,
): Promise<SpectrumTotal> {
  const frames = channels[0].length;
  const ranges = new SpectrumRanges({ ...options, frames });
  const shared = channels.every(({ buffer }) => buffer instanceof SharedArrayBuffer);
  if (frames > ranges.threadedFrom && !shared) return analyseCopy(channels, { ...options, frames });
  const { fftSize } = ranges.layout;
  try {
    for (let range = 0; ; range++) {
      const place = rangePlace(range, fftSize);
      const length = Math.min(place.to, frames) - place.from;
      if (length <= place.lead) return await ranges.finish();
      const samples = channels.map((channel) => channel.subarray(place.from, place.from + length));
      await ranges.analyse(samples, place, length);
    }
  } finally {
    await ranges.close();
  }
}

async function analyseCopy(channels: Planar, options: SpectrumAnalysisOptions): Promise<SpectrumTotal> {
  const analysis = new SpectrumAnalysis(options);
  try {
    await analysis.push(channels, channels[0].length);
    return await analysis.finish();
  } finally {
    await analysis.close();
  }
}
