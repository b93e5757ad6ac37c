import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { dbToGain, dbToPower, exp2, gainToDb, log2, powerToDb } from '../../dsp/elementary.ts';
import { type KernelMemory, type Kernels, StateMemory } from '../../dsp/kernel-memory.ts';
import { largest } from '../../dsp/levels/level.ts';
import type { Levels } from '../../dsp/levels/level-statistics.ts';
import { TruePeak } from '../../dsp/levels/true-peak.ts';
import { PowerSpectrum } from '../../dsp/spectrum/spectrum.ts';
import type { AnalysisCurves, TimeCurve } from '../../monitor/analysis.ts';
import { type Join, TimeSeries } from './time-series.ts';

/** Most points of a curve: more than a page has pixels. */
const POINTS = 2048;
/** Most columns of the spectrogram, its rows, and the points of its windows. */
const COLUMNS = 1024;
const ROWS = 224;
const FFT_SIZE = 4096;
/** Lowest frequency that is drawn, in Hz. */
const LOWEST = 20;
/** Points of the long-term spectrum to an octave. */
const POINTS_PER_OCTAVE = 24;

/** What a loudness meter reads at a moment, in LUFS. */
export interface LoudnessReadings {
  readonly momentary: number | null;
  readonly shortTerm: number | null;
  readonly integrated: number | null;
}

/** Edges between `steps` bands of equal width in pitch from `low` to `high` Hz. */
const pitchEdges = (low: number, high: number, steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_, n) => low * exp2((n / steps) * log2(high / low)));

/** The highest power between two places in a spectrum; where no bin lies between them, interpolated in their middle. */
function highest(power: ArrayLike<number>, from: number, to: number): number {
  const last = power.length - 1;
  const first = Math.ceil(from);
  if (first > Math.min(to, last)) {
    const middle = Math.min((from + to) / 2, last);
    const below = Math.floor(middle);
    const above = Math.min(last, below + 1);
    return power[below] + (middle - below) * (power[above] - power[below]);
  }
  let top = power[first];
  for (let k = first + 1; k < to && k <= last; k++) top = Math.max(top, power[k]);
  return top;
}

/** Keeps what charts are drawn from, in bounded memory: a point every stretch of the stream, joined as it grows. */
export class CurveRecorder {
  readonly #kernels: Kernels | null;
  readonly #rate: number;
  readonly #stretch: number;
  readonly #truePeaks: readonly TruePeak[];
  readonly #readings: Float32Array;
  readonly #spectrum: PowerSpectrum;
  readonly #rowEdges: readonly number[];
  readonly #columnFrames: number;
  readonly #columns = new TimeSeries('mean', ROWS, COLUMNS);
  readonly #momentary = this.#series('max');
  readonly #shortTerm = this.#series('max');
  readonly #integrated = this.#series('max');
  readonly #truePeak = this.#series('max');
  readonly #peak = this.#series('max');
  readonly #power = this.#series('mean');
  readonly #correlation = this.#series('mean');
  #position = 0;
  #openPeak = 0;
  #correlated = false;

  /** `stretch`: frames from one point to the next, and the most that `process` is called with. */
  constructor(memory: KernelMemory, { sampleRate, channels }: AudioFormat, stretch: number) {
    const state = new StateMemory(memory);
    this.#kernels = memory.kernels;
    this.#rate = sampleRate;
    this.#stretch = stretch;
    this.#truePeaks = Array.from(
      { length: channels },
      () => new TruePeak(state, { fine: true, maxFrames: stretch }),
    );
    this.#readings = TruePeak.levels(memory, stretch);
    this.#spectrum = new PowerSpectrum(state, channels, FFT_SIZE);
    this.#columnFrames = FFT_SIZE / 4;
    this.#rowEdges = pitchEdges(LOWEST, sampleRate / 2, ROWS).map((freq) => (freq * FFT_SIZE) / sampleRate);
  }

  /** Takes `frames` frames from index `from`, not beyond the end of a stretch. */
  process(channels: Planar, from: number, frames: number): void {
    for (let done = 0; done < frames; ) {
      const take = Math.min(frames - done, this.#columnFrames - (this.#position % this.#columnFrames));
      this.#spectrum.process(channels, from + done, take);
      this.#position += take;
      done += take;
      if (this.#position % this.#columnFrames === 0) this.#closeColumn();
    }
    this.#truePeaks.forEach((truePeak, c) => {
      truePeak.take(channels[c].subarray(from, from + frames), frames);
      truePeak.read(this.#readings, 0, frames, this.#openPeak, c > 0);
    });
    this.#openPeak = Math.max(this.#openPeak, largest(this.#kernels, this.#readings, frames));
  }

  /** Ends a stretch with what other meters read there. */
  close({ momentary, shortTerm, integrated }: LoudnessReadings, levels: Levels): void {
    this.#momentary.push(momentary ?? Number.NaN);
    this.#shortTerm.push(shortTerm ?? Number.NaN);
    this.#integrated.push(integrated ?? Number.NaN);
    this.#truePeak.push(gainToDb(this.#openPeak));
    this.#peak.push(dbToGain(levels.peak));
    this.#power.push(dbToPower(levels.rms));
    this.#correlation.push(levels.correlation ?? Number.NaN);
    this.#correlated ||= levels.correlation !== null;
    this.#openPeak = 0;
  }

  curves(): AnalysisCurves {
    const power = this.#power.values().map((value) => Math.sqrt(value));
    return {
      momentary: this.#curve(this.#momentary),
      shortTerm: this.#curve(this.#shortTerm),
      integrated: this.#curve(this.#integrated),
      truePeak: this.#curve(this.#truePeak),
      peak: this.#curve(this.#peak),
      rms: this.#curve(this.#power, power),
      correlation: this.#correlated ? this.#curve(this.#correlation) : null,
      spectrum: this.#longTerm(),
      spectrogram: {
        // The middle of the first window is the middle of the first column.
        start: (FFT_SIZE - this.#columnFrames) / 2 / this.#rate,
        step: (this.#columns.stride * this.#columnFrames) / this.#rate,
        range: [LOWEST, this.#rate / 2],
        columns: this.#columns.rows().map((row) => row.map(powerToDb)),
      },
    };
  }

  #series(join: Join): TimeSeries {
    return new TimeSeries(join, 1, POINTS);
  }

  #curve(series: TimeSeries, values = series.values()): TimeCurve {
    return { step: (series.stride * this.#stretch) / this.#rate, values };
  }

  #closeColumn(): void {
    this.#spectrum.closeInterval();
    const power = this.#spectrum.lastInterval();
    if (power === null) return;
    const edges = this.#rowEdges;
    this.#columns.pushRow(
      Float64Array.from({ length: ROWS }, (_, row) => highest(power, edges[row], edges[row + 1])),
    );
  }

  /** The highest mean power in bands of equal width in pitch, on the scale of a sine. */
  #longTerm(): AnalysisCurves['spectrum'] {
    const power = this.#spectrum.sinceStart();
    const octaves = log2(this.#rate / 2 / LOWEST);
    const edges = pitchEdges(LOWEST, this.#rate / 2, Math.round(octaves * POINTS_PER_OCTAVE));
    const freqs = edges.slice(1).map((edge, n) => Math.sqrt(edge * edges[n]));
    const bin = FFT_SIZE / this.#rate;
    const levels = freqs.map((_, n) =>
      power === null
        ? Number.NEGATIVE_INFINITY
        : powerToDb(highest(power, edges[n] * bin, edges[n + 1] * bin)),
    );
    return { freqs, levels };
  }
}
