import type { Planar } from '../../audio/block.ts';
import { type AudioFormat, stereoPair } from '../../audio/format.ts';
import { dbToPower, gainToDb, powerToDb } from '../../dsp/elementary.ts';
import { type KernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import { LevelStatistics, type Levels } from '../../dsp/levels/level-statistics.ts';
import { NoiseFloor } from '../../dsp/levels/noise-floor.ts';
import { PeakMeter } from '../../dsp/levels/peak-meter.ts';
import { ValidSamples } from '../../dsp/levels/valid-samples.ts';
import { channelWeights } from '../../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';
import type { SpectrumResult } from '../../dsp/spectrum/spectrum-total.ts';
import type { Analysis, AnalysisCurves, ChannelAnalysis, Level } from '../../monitor/analysis.ts';
import { READ_FRAMES } from '../files/read-blocks.ts';
import { CurveRecorder } from './curve-recorder.ts';
import type { Measure } from './measures.ts';
import type { SpectrumAnalysis } from './spectrum-analysis.ts';
import { featuresSection, spectrumSection } from './spectrum-sections.ts';

/** Length of a stretch, the step of the noise floor and of curves, in seconds. */
const STRETCH = 0.05;

/** Measures that the level statistics give. */
const LEVELS: readonly Measure[] = [
  'samplePeak',
  'rms',
  'crestFactor',
  'dcOffset',
  'correlation',
  'clippedSamples',
  'noiseFloor',
];

/** Names of the channels: their loudspeakers, or `ch3` where there is none. */
const channelNames = ({ layout }: AudioFormat): string[] =>
  layout.map((speaker, n) => (speaker === '-' ? `ch${n + 1}` : speaker));

/** The largest of several levels; null when none is defined. */
function highestOf(levels: readonly Level[]): Level {
  const defined = levels.filter((level) => level !== null);
  return defined.length === 0 ? null : Math.max(...defined);
}

/** The value that is farthest from 0. */
const farthestOf = (values: readonly number[]): number =>
  values.reduce((far, value) => (Math.abs(value) > Math.abs(far) ? value : far), 0);

/** How to come by each figure, and what comes of it. */
type Figures = Partial<Record<Measure, () => unknown>>;
type Values<T> = { [K in keyof T]?: T[K] extends () => infer R ? R : never };

/** What is known of an input without measuring. */
type AnalysedInput = Pick<Analysis, 'schema' | 'format' | 'frames' | 'duration' | 'verdict' | 'channels'>;

interface AnalysisTakerOptions {
  readonly format: AudioFormat;
  readonly wanted: ReadonlySet<Measure>;
  /** Whether to record what charts are drawn from. */
  readonly curves: boolean;
  /** Where spectrum and features come from; null when neither is wanted. */
  readonly spectrum: SpectrumAnalysis | null;
}

/** Measures the blocks of one input, no more than was asked for. */
export class AnalysisTaker {
  readonly #format: AudioFormat;
  readonly #wanted: ReadonlySet<Measure>;
  readonly #stretch: number;
  readonly #loudness: LoudnessMeter | null;
  /** True peaks where loudness is not asked for; else the loudness meter reads them. */
  readonly #truePeak: { readonly valid: ValidSamples; readonly peaks: PeakMeter } | null = null;
  readonly #levels: LevelStatistics | null;
  readonly #noiseFloor = new NoiseFloor();
  readonly #recorder: CurveRecorder | null;
  readonly #spectrum: SpectrumAnalysis | null;
  #spectrumResult: SpectrumResult | null = null;
  #position = 0;

  constructor(memory: KernelMemory, { format, wanted, curves, spectrum }: AnalysisTakerOptions) {
    const state = new StateMemory(memory);
    this.#format = format;
    this.#spectrum = spectrum;
    this.#wanted = wanted;
    this.#stretch = Math.max(1, Math.round(STRETCH * format.sampleRate));
    const loudness = wanted.has('loudness') || curves;
    const truePeak = wanted.has('truePeak');
    const { sampleRate, channels } = format;
    const meter = { sampleRate, channels, maxFrames: READ_FRAMES, truePeak };
    this.#loudness = loudness
      ? new LoudnessMeter(state, { ...meter, weights: channelWeights(format.layout) })
      : null;
    if (truePeak && !loudness) {
      const [valid, peaks] = [new ValidSamples(memory, channels, READ_FRAMES), new PeakMeter(state, meter)];
      this.#truePeak = { valid, peaks };
    }
    const levels = curves || LEVELS.some((measure) => wanted.has(measure));
    this.#levels = levels ? new LevelStatistics(state, format.channels, stereoPair(format)) : null;
    this.#recorder = curves ? new CurveRecorder(memory, format, this.#stretch) : null;
  }

  /** Takes `frames` frames of each channel. */
  process(channels: Planar, frames: number): Promise<void> | undefined {
    this.#measure(channels, frames);
    return this.#spectrum?.push(channels, frames);
  }

  #measure(channels: Planar, frames: number): void {
    if (!this.#recorder) this.#loudness?.process(channels, frames);
    if (this.#truePeak) {
      const { valid, peaks } = this.#truePeak;
      peaks.process(valid.of(channels, frames), valid.peaks, frames);
    }
    const levels = this.#levels;
    if (!levels) return;
    for (let done = 0; done < frames; ) {
      const left = this.#stretch - (this.#position % this.#stretch);
      const take = Math.min(left, frames - done);
      levels.process(channels, done, take);
      if (this.#recorder) {
        this.#loudness!.process(
          channels.map((channel) => channel.subarray(done, done + take)),
          take,
        );
        this.#recorder.process(channels, done, take);
      }
      this.#position += take;
      done += take;
      if (take === left) this.#closeStretch(levels);
    }
  }

  /** To be called once, after the last block. */
  async finish(): Promise<void> {
    this.#loudness?.finish();
    this.#truePeak?.peaks.finish();
    const total = await this.#spectrum?.finish();
    this.#spectrumResult = total?.result() ?? null;
  }

  /** Ends the threads of an analysis that was given up. */
  async close(): Promise<void> {
    await this.#spectrum?.close();
  }

  /** The figures, once all blocks are in. */
  figures(): Omit<Analysis, Exclude<keyof AnalysedInput, 'channels'>> {
    const levels = this.#levels?.sinceStart() ?? null;
    const channels = channelNames(this.#format).map((name, n) => this.#channel(name, n, levels));
    return { ...this.#overall(levels, channels), channels };
  }

  /** What charts are drawn from; null unless they were asked for. */
  curves(): AnalysisCurves | null {
    return this.#recorder?.curves() ?? null;
  }

  #closeStretch(levels: LevelStatistics): void {
    levels.closeInterval();
    const last = levels.lastInterval();
    this.#noiseFloor.push(dbToPower(last.rms));
    this.#recorder?.close(this.#loudness!, last);
  }

  #channel(name: string, n: number, levels: Levels | null): ChannelAnalysis {
    const one = levels?.channels[n];
    return {
      name,
      ...this.#asked({
        truePeak: () => this.#loudness?.truePeak(n) ?? gainToDb(this.#truePeak!.peaks.truePeak(n)),
        samplePeak: () => one!.peak,
        rms: () => one!.rms,
        crestFactor: () => one!.crestFactor,
        dcOffset: () => one!.dcOffset,
        clippedSamples: () => one!.clippedSamples,
      }),
    };
  }

  #overall(levels: Levels | null, channels: readonly ChannelAnalysis[]): Omit<Analysis, keyof AnalysedInput> {
    const largest = (name: 'truePeak' | 'samplePeak' | 'crestFactor'): Level =>
      highestOf(channels.map((channel) => channel[name] ?? null));
    return this.#asked({
      loudness: () => this.#loudnessFigures(),
      truePeak: () => largest('truePeak'),
      samplePeak: () => largest('samplePeak'),
      rms: () => levels!.rms,
      crestFactor: () => largest('crestFactor'),
      dcOffset: () => farthestOf(channels.map(({ dcOffset }) => dcOffset!)),
      correlation: () => levels!.correlation,
      clippedSamples: () => levels!.clippedSamples,
      noiseFloor: () => this.#noiseFloor.power && powerToDb(this.#noiseFloor.power),
      spectrum: () => spectrumSection(this.#spectrumResult),
      features: () => featuresSection(this.#spectrumResult),
    });
  }

  #loudnessFigures(): NonNullable<Analysis['loudness']> {
    const { integrated, range, momentaryMax, shortTermMax } = this.#loudness!;
    return { integrated, range, momentaryMax, shortTermMax };
  }

  /** The values of those figures that are wanted. */
  #asked<T extends Figures>(figures: T): Values<T> {
    const wanted = Object.entries(figures).filter(([name]) => this.#wanted.has(name as Measure));
    return Object.fromEntries(wanted.map(([name, value]) => [name, value()])) as Values<T>;
  }
}
