import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { IntervalSums } from '../levels/interval-sums.ts';
import { type BandMaskPair, bandMasks } from './band-masks.ts';
import { RealFft } from './fft.ts';
import { HANN_ENBW } from './hann-window.ts';
import { type Overlap, OverlappingWindows } from './overlapping-windows.ts';
import { SpectralFeatures } from './spectral-features.ts';
import {
  countAt,
  FEATURES,
  featureAt,
  type SpectrumLayout,
  THIRDS_AT,
  type ViewName,
} from './spectrum-layout.ts';

/**
 * Power below which a window is silence to the means: -90 dB re a full-scale sine, above 16-bit dither (-93.3 dB).
 * Its own record has figures all the same.
 */
export const SILENCE = 1e-9;

/**
 * sums[from + k] += power[k], programme[k] += weight power[k] in 32 bits, from 0 with the first channel; gives the sum of the
 * powers. Kernel: `addFramePower`.
 */
function addFramePower(
  power: Float32Array,
  sums: Float64Array,
  from: number,
  programme: Float32Array,
  weight: number,
  first: boolean,
): number {
  const { fround } = Math;
  const whole = power.length - (power.length % 4);
  const lanes = [0, 0];
  for (let k = 0; k < power.length; k++) {
    sums[from + k] += power[k];
    programme[k] = (first ? 0 : programme[k]) + fround(fround(weight) * power[k]);
  }
  for (let k = 0; k < whole; k += 4) {
    lanes[0] += power[k] + power[k + 2];
    lanes[1] += power[k + 1] + power[k + 3];
  }
  return power.subarray(whole).reduce((total, value) => total + value, lanes[0] + lanes[1]);
}

/** One view of a window and what is measured in it. */
interface View {
  readonly name: ViewName;
  readonly features: SpectralFeatures;
  readonly thirds: Float64Array;
  readonly bark: Float64Array;
}

/**
 * Spectrum of a stream, window by window: powers in third-octave and critical bands and the spectral features of each
 * view, and their sums over intervals. Windows are those of `OverlappingWindows`.
 */
export class SpectrumAnalyser {
  readonly layout: SpectrumLayout;
  /** The window that ended last, laid out as `layout` says. */
  readonly record: Float64Array;
  readonly sums: IntervalSums;
  readonly masks: BandMaskPair;
  /** Whether `record` gets the powers in the bands; the sums do without. */
  recordsBands = true;
  readonly #state: StateMemory;
  readonly #windows: OverlappingWindows;
  readonly #fft: RealFft;
  readonly #views: readonly View[];
  /** Where each channel's powers go: the view of that signal, or scratch. */
  readonly #powers: readonly Float32Array[];
  /** Of each channel's window: zero crossings, sum of the powers. */
  readonly #crossings: Float64Array;
  readonly #totals: Float64Array;
  /** Features of the view at hand. */
  readonly #values = new Float64Array(FEATURES.length);
  /** Windows so far. */
  readonly #count: Float64Array;
  #onWindow: (() => void) | null = null;
  readonly #window = (): void => this.#analyse();

  constructor(state: StateMemory, layout: SpectrumLayout, overlap: Overlap = 75) {
    const { format, fftSize, pair, views, thirds, bark, bins } = layout;
    const { memory } = state;
    this.layout = layout;
    this.#state = state;
    this.record = state.f64(layout.recordLength);
    this.sums = new IntervalSums(state, layout.sumsLength);
    this.#windows = new OverlappingWindows(state, format.channels, fftSize, pair, overlap);
    this.#fft = new RealFft(memory, fftSize);
    this.masks = bandMasks(memory, layout);
    this.#views = views.map((name, n) => {
      const thirdsAt = n * layout.viewLength + THIRDS_AT;
      const barkAt = thirdsAt + thirds.freqs.length;
      return {
        name,
        features: new SpectralFeatures(state, fftSize),
        thirds: this.record.subarray(thirdsAt, barkAt),
        bark: this.record.subarray(barkAt, barkAt + bark.freqs.length),
      };
    });
    const powerOf = (channel: number): Float32Array => {
      const side = pair ? pair.indexOf(channel) : -1;
      return (side < 0 ? undefined : this.#views[1 + side])?.features.power ?? memory.f32(bins);
    };
    this.#powers = Array.from({ length: format.channels }, (_, channel) => powerOf(channel));
    this.#crossings = new Float64Array(format.channels);
    this.#totals = new Float64Array(format.channels);
    this.#count = state.f64(1);
  }

  /** Frames since the start. */
  get position(): number {
    return this.#windows.position;
  }

  /** Takes `frames` frames of each channel, beginning at index `from`; calls `onWindow` when `record` has a new window. */
  process(channels: Planar, from: number, frames: number, onWindow: (() => void) | null = null): void {
    this.#onWindow = onWindow;
    this.#windows.process(channels, from, frames, this.#window);
  }

  #analyse(): void {
    const { pair, format } = this.layout;
    for (let channel = 0; channel < format.channels; channel++) this.#addChannel(channel);
    for (let view = 0; view < this.#views.length; view++) {
      this.#views[view].features.measure();
      if (this.recordsBands) this.#measureBands(this.#views[view]);
    }
    const rate = format.sampleRate / this.layout.fftSize;
    this.#writeView(0, this.#meanCrossings() * rate);
    if (pair && this.#views.length > 1) {
      this.#writeView(1, this.#crossings[pair[0]] * rate);
      this.#writeView(2, this.#crossings[pair[1]] * rate);
    }
    this.sums.open[0] += 1;
    this.#count[0] += 1;
    this.#onWindow?.();
  }

  /** Powers of a channel's window: into the sums, and with its weight into the programme. */
  #addChannel(channel: number): void {
    const { weights, powersAt, bins } = this.layout;
    const { kernels } = this.#state.memory;
    const power = this.#powers[channel];
    const sums = this.sums.open;
    const from = powersAt + channel * bins;
    const programme = this.#views[0].features.power;
    const weight = weights[channel];
    this.#windows.power(channel, this.#fft, power);
    this.#crossings[channel] = this.#windows.crossings(channel);
    if (kernels) {
      const first = channel === 0 ? 1 : 0;
      const to = sums.byteOffset + 8 * from;
      this.#totals[channel] = kernels.addFramePower(
        power.byteOffset,
        bins,
        to,
        programme.byteOffset,
        weight,
        first,
      );
    } else this.#totals[channel] = addFramePower(power, sums, from, programme, weight, channel === 0);
  }

  #measureBands({ features, thirds, bark }: View): void {
    this.masks.thirds.measure(features.power, thirds);
    this.masks.bark.measure(features.power, bark);
  }

  /** Crossings in a window, mean over the channels by their power: a silent side or LFE has no say. */
  #meanCrossings(): number {
    const { weights } = this.layout;
    let crossings = 0;
    let total = 0;
    for (let channel = 0; channel < weights.length; channel++) {
      const power = weights[channel] * this.#totals[channel];
      crossings += power * this.#crossings[channel];
      total += power;
    }
    return total > 0 ? crossings / total : Number.NaN;
  }

  #writeView(view: number, zeroCrossingRate: number): void {
    const { layout, record } = this;
    const { features } = this.#views[view];
    const hzPerBin = layout.format.sampleRate / layout.fftSize;
    const at = view * layout.viewLength;
    const power = features.total / HANN_ENBW;
    const values = this.#values;
    values[0] = features.centroid * hzPerBin;
    values[1] = features.rolloff * hzPerBin;
    values[2] = features.flatness;
    // The first window has none before it.
    values[3] = this.#count[0] > 0 ? features.flux : Number.NaN;
    values[4] = features.crest;
    values[5] = power > 0 ? zeroCrossingRate : Number.NaN;
    record[at] = power;
    for (let n = 0; n < values.length; n++) record[at + featureAt(n)] = values[n];
    if (power >= SILENCE) this.#addFeatures(view);
  }

  /** Adds the features of a view to the sums, those that it has. */
  #addFeatures(view: number): void {
    const { open } = this.sums;
    for (let feature = 0; feature < this.#values.length; feature++) {
      const value = this.#values[feature];
      if (Number.isNaN(value)) continue;
      const to = countAt(view, feature);
      open[to] += 1;
      open[to + 1] += value;
    }
  }
}
