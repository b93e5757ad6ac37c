import type { AudioBlock, Planar } from '../../audio/block.ts';
import { type AudioFormat, sameFormat } from '../../audio/format.ts';
import { type KernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import { LevelStatistics } from '../../dsp/levels/level-statistics.ts';
import { channelWeights } from '../../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';
import { AlignmentCorrelation } from '../../dsp/spectrum/alignment-correlation.ts';
import { SpectrumAnalyser } from '../../dsp/spectrum/spectrum-analyser.ts';
import { sumsFigures } from '../../dsp/spectrum/spectrum-figures.ts';
import { spectrumLayout } from '../../dsp/spectrum/spectrum-layout.ts';
import type { ComparedFigures, ComparedSecond, ProgrammeFigures } from '../../monitor/run-figures.ts';
import { LoudnessSeconds } from '../analysis/loudness-seconds.ts';

/** Points of a window of the spectrum. */
const FFT_SIZE = 4096;

/** Measures one programme: loudness second by second, levels and spectrum over all of it. */
class ProgrammeEar {
  readonly #meter: LoudnessMeter;
  readonly #seconds: LoudnessSeconds;
  readonly #levels: LevelStatistics;
  readonly #spectrum: SpectrumAnalyser;
  readonly #onSecond: (shortTerm: number) => void;

  constructor(
    memory: KernelMemory,
    format: AudioFormat,
    maxFrames: number,
    onSecond: (shortTerm: number) => void,
  ) {
    const { sampleRate, channels, layout } = format;
    const state = new StateMemory(memory);
    const weights = channelWeights(layout);
    this.#meter = new LoudnessMeter(state, { sampleRate, channels, maxFrames, weights });
    this.#seconds = new LoudnessSeconds(this.#meter, sampleRate);
    this.#levels = new LevelStatistics(state, channels, null);
    this.#spectrum = new SpectrumAnalyser(state, spectrumLayout({ format, fftSize: FFT_SIZE }));
    this.#onSecond = onSecond;
  }

  process(channels: Planar, frames: number): void {
    this.#levels.process(channels, 0, frames);
    this.#spectrum.process(channels, 0, frames);
    this.#seconds.process(channels, frames, () => this.#onSecond(this.#meter.shortTerm));
  }

  /** To be called once, when all is in. */
  figures(): ProgrammeFigures {
    this.#meter.finish();
    const { integrated, range, highestTruePeak } = this.#meter;
    const { rms, peak, crestFactor } = this.#levels.sinceStart();
    const { layout, masks, sums } = this.#spectrum;
    const programme = sumsFigures(layout, masks, sums.total())?.programme;
    return {
      loudness: integrated,
      range,
      rms,
      samplePeak: peak,
      truePeak: highestTruePeak,
      crest: crestFactor,
      octaves: programme?.octaves ?? null,
      thirdOctaves: programme?.thirdOctaves ?? null,
    };
  }
}

interface ComparisonOptions {
  /** Of what comes in and of what goes out. */
  readonly format: AudioFormat;
  readonly outputFormat: AudioFormat;
  readonly maxFrames: number;
  readonly maxFramesOut: number;
  /** Frames by which what goes out is late. */
  readonly latency: number;
  /** Told of every second that has gone out. */
  readonly onSecond: (second: ComparedSecond) => void;
}

/** Measures what comes in beside what goes out. */
export class Comparison {
  readonly #before: ProgrammeEar;
  readonly #after: ProgrammeEar;
  readonly #correlation: AlignmentCorrelation | null;
  /** Loudness of seconds that have come in and not gone out. */
  readonly #heard: number[] = [];
  #seconds = 0;

  constructor(memory: KernelMemory, options: ComparisonOptions) {
    const { format, outputFormat, maxFrames, maxFramesOut, latency, onSecond } = options;
    this.#before = new ProgrammeEar(memory, format, maxFrames, (shortTerm) => this.#heard.push(shortTerm));
    this.#after = new ProgrammeEar(memory, outputFormat, maxFramesOut, (after) => {
      this.#seconds += 1;
      const before = this.#heard.shift() ?? Number.NEGATIVE_INFINITY;
      onSecond({ time: this.#seconds, before, after });
    });
    this.#correlation = sameFormat(format, outputFormat)
      ? new AlignmentCorrelation(format.channels, latency + 2 * maxFrames)
      : null;
  }

  /** Takes what comes in, before anything works on it. */
  before(channels: Planar, frames: number): void {
    this.#before.process(channels, frames);
    this.#correlation?.before(channels, frames);
  }

  /** Takes what goes out. */
  after({ channels, frames }: AudioBlock): void {
    if (frames === 0) return;
    this.#after.process(channels, frames);
    this.#correlation?.after(channels, frames);
  }

  /** To be called once, at the end. */
  figures(): ComparedFigures {
    return {
      before: this.#before.figures(),
      after: this.#after.figures(),
      correlation: this.#correlation?.value ?? null,
    };
  }
}
