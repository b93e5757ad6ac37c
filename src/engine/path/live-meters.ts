import type { AudioBlock, Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { gainToDb, powerToDb } from '../../dsp/elementary.ts';
import { type KernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import { largestMagnitude } from '../../dsp/levels/level.ts';
import { channelWeights } from '../../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';
import { BandMasks } from '../../dsp/spectrum/band-masks.ts';
import { type FftSize, RealFft } from '../../dsp/spectrum/fft.ts';
import { type FrequencyBands, thirdOctaveBands } from '../../dsp/spectrum/frequency-bands.ts';
import { OverlappingWindows } from '../../dsp/spectrum/overlapping-windows.ts';
import type { LiveReadings } from '../../monitor/monitored-run.ts';

/** Share of what the load was made of that still counts at the next reading. */
const LOAD_MEMORY = 0.9;

/** Points of a window of about 90 ms, so that a third-octave band at 100 Hz has two bins. */
const fftSizeFor = (sampleRate: number): FftSize =>
  sampleRate > 96_000 ? 16_384 : sampleRate > 48_000 ? 8192 : 4096;

/** Peaks of what passes a place since they were taken last, and its spectrum now. */
class PlaceMeter {
  readonly bands: FrequencyBands;
  readonly #memory: KernelMemory;
  readonly #windows: OverlappingWindows;
  readonly #fft: RealFft;
  readonly #masks: BandMasks;
  /** Of one channel: powers of its bins and of its bands. */
  readonly #power: Float32Array;
  readonly #bandPower: Float64Array;
  /** Mean power of the channels in each band, in the latest window that was asked for. */
  readonly #mean: Float64Array;
  readonly #peaks: Float64Array;
  #wanted = true;
  readonly #onWindow = (): void => this.#analyse();

  constructor(memory: KernelMemory, { sampleRate, channels }: AudioFormat) {
    const size = fftSizeFor(sampleRate);
    this.bands = thirdOctaveBands(sampleRate);
    this.#memory = memory;
    this.#windows = new OverlappingWindows(new StateMemory(memory), channels, size);
    this.#fft = new RealFft(memory, size);
    this.#masks = new BandMasks(memory, this.bands, sampleRate, size);
    this.#power = memory.f32(size / 2 + 1);
    this.#bandPower = memory.f64(this.bands.freqs.length);
    this.#mean = new Float64Array(this.bands.freqs.length);
    this.#peaks = new Float64Array(channels);
  }

  process(channels: Planar, frames: number): void {
    for (let n = 0; n < this.#peaks.length; n++) {
      const level = largestMagnitude(this.#memory.kernels, channels[n], frames);
      // No NaN is larger.
      if (level > this.#peaks[n]) this.#peaks[n] = level;
    }
    this.#windows.process(channels, 0, frames, this.#onWindow);
  }

  /** Highest sample of each channel in dBFS. */
  takePeaks(): number[] {
    const peaks = Array.from(this.#peaks, gainToDb);
    this.#peaks.fill(0);
    return peaks;
  }

  /** Levels of the bands in dB re a full-scale sine, in the window that ended after the last call. */
  takeLevels(): readonly number[] {
    this.#wanted = true;
    return Array.from(this.#mean, powerToDb);
  }

  /** One window for each reading is enough for the eye. */
  #analyse(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#mean.fill(0);
    const channels = this.#peaks.length;
    for (let channel = 0; channel < channels; channel++) {
      this.#windows.power(channel, this.#fft, this.#power);
      this.#masks.measure(this.#power, this.#bandPower);
      for (let band = 0; band < this.#mean.length; band++)
        this.#mean[band] += this.#bandPower[band] / channels;
    }
  }
}

/** What `LiveMeters` contributes to the readings of a run. */
export type MeteredReadings = Pick<
  LiveReadings,
  'load' | 'input' | 'output' | 'momentary' | 'shortTerm' | 'integrated' | 'range' | 'truePeak' | 'spectrum'
>;

/** Meters a run for those who watch it: what comes in, what goes out, and how long the work takes. It changes no sample. */
export class LiveMeters {
  readonly #format: AudioFormat;
  readonly #input: PlaceMeter;
  readonly #output: PlaceMeter;
  readonly #loudness: LoudnessMeter;
  #began = 0;
  #busy = 0;
  #audio = 0;

  constructor(memory: KernelMemory, format: AudioFormat, outputFormat: AudioFormat, maxFrames: number) {
    const { sampleRate, channels, layout } = outputFormat;
    const weights = channelWeights(layout);
    this.#format = format;
    this.#input = new PlaceMeter(memory, format);
    this.#output = new PlaceMeter(memory, outputFormat);
    this.#loudness = new LoudnessMeter(new StateMemory(memory), { sampleRate, channels, maxFrames, weights });
  }

  /** Shown what is about to go through the pipeline. */
  take(channels: Planar, frames: number): void {
    this.#input.process(channels, frames);
    this.#audio += (1000 * frames) / this.#format.sampleRate;
    this.#began = performance.now();
  }

  /** Shown what came of it. */
  give({ channels, frames }: AudioBlock): void {
    // At the end of the stream there is output for which nothing came in.
    if (this.#began > 0) this.#busy += performance.now() - this.#began;
    this.#began = 0;
    this.#output.process(channels, frames);
    this.#loudness.process(channels, frames);
  }

  /** What was measured since the last call. */
  read(): MeteredReadings {
    const { momentary, shortTerm, integrated, range, highestTruePeak: truePeak } = this.#loudness;
    this.#loudness.restartPeaks();
    const load = this.#audio > 0 ? this.#busy / this.#audio : 0;
    this.#busy *= LOAD_MEMORY;
    this.#audio *= LOAD_MEMORY;
    return {
      load,
      input: this.#input.takePeaks(),
      output: this.#output.takePeaks(),
      momentary,
      shortTerm,
      integrated,
      range,
      truePeak,
      spectrum: {
        // Where the rates differ the bands that both have are compared.
        freqs: [this.#input, this.#output].map(({ bands }) => bands.freqs).sort(byLength)[0],
        before: this.#input.takeLevels(),
        after: this.#output.takeLevels(),
      },
    };
  }
}

const byLength = (a: readonly number[], b: readonly number[]): number => a.length - b.length;
