import type { AudioBlock, Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import { BandMasks } from '../dsp/band-masks.ts';
import { channelWeights } from '../dsp/channel-weights.ts';
import { gainToDb, powerToDb } from '../dsp/elementary.ts';
import type { FftSize } from '../dsp/fft.ts';
import { type FrequencyBands, thirdOctaveBands } from '../dsp/frequency-bands.ts';
import { type KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { largestMagnitude } from '../dsp/level.ts';
import { LoudnessMeter } from '../dsp/loudness-meter.ts';
import { PowerSpectrum } from '../dsp/spectrum.ts';
import type { LiveReadings } from '../monitor/monitored-run.ts';

/** Share of what the load was made of that still counts at the next reading. */
const LOAD_MEMORY = 0.9;

/** Points of a window of about 90 ms, so that a third-octave band at 100 Hz has two bins. */
const fftSizeFor = (sampleRate: number): FftSize =>
  sampleRate > 96_000 ? 16_384 : sampleRate > 48_000 ? 8192 : 4096;

/** Peaks and spectrum of what passes a place, since they were taken last. */
class PlaceMeter {
  readonly bands: FrequencyBands;
  readonly #memory: KernelMemory;
  readonly #spectrum: PowerSpectrum;
  readonly #masks: BandMasks;
  readonly #peaks: number[];
  #levels: readonly number[];

  constructor(memory: KernelMemory, { sampleRate, channels }: AudioFormat) {
    const size = fftSizeFor(sampleRate);
    this.bands = thirdOctaveBands(sampleRate);
    this.#memory = memory;
    this.#spectrum = new PowerSpectrum(new StateMemory(memory), channels, size);
    this.#masks = new BandMasks(memory, this.bands, sampleRate, size);
    this.#peaks = new Array<number>(channels).fill(0);
    this.#levels = this.bands.freqs.map(() => Number.NEGATIVE_INFINITY);
  }

  process(channels: Planar, frames: number): void {
    for (let n = 0; n < this.#peaks.length; n++) {
      const level = largestMagnitude(this.#memory.kernels, channels[n], frames);
      // No NaN is larger.
      if (level > this.#peaks[n]) this.#peaks[n] = level;
    }
    this.#spectrum.process(channels, 0, frames);
  }

  /** Highest sample of each channel in dBFS. */
  takePeaks(): number[] {
    const peaks = this.#peaks.map(gainToDb);
    this.#peaks.fill(0);
    return peaks;
  }

  /** Levels of the bands in dB re a full-scale sine; those from before where no window has ended since. */
  takeLevels(): readonly number[] {
    this.#spectrum.closeInterval();
    const power = this.#spectrum.lastInterval();
    if (power !== null) this.#levels = this.#masks.powers(power).map(powerToDb);
    return this.#levels;
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
