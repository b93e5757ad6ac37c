/** A figure in dB, LUFS or LU; -Infinity for silence, null where it is not defined. Both are null in JSON. */
export type Level = number | null;

/** What is known of one channel; figures that were not asked for are absent. */
export interface ChannelAnalysis {
  /** Its loudspeaker, such as `FL`, or `ch3` for a channel without a position. */
  readonly name: string;
  /** dBTP. */
  readonly truePeak?: Level;
  /** dBFS. */
  readonly samplePeak?: Level;
  /** dB re 1.0: a full-scale sine reads -3.01. */
  readonly rms?: Level;
  /** Sample peak over RMS, in dB. */
  readonly crestFactor?: Level;
  /** Mean of the samples, linear. */
  readonly dcOffset?: number;
  /** Samples at or above 32767/32768. */
  readonly clippedSamples?: number;
}

/** What an input is. */
export interface AnalysedFormat {
  readonly container: string;
  /** How a sample is stored, such as `s16`. */
  readonly encoding: string;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Loudspeaker of each channel; `-` for one without. */
  readonly layout: readonly string[];
}

/** What an analysis says of one input: plain data, version 1. Figures that were not asked for are absent. */
export interface Analysis {
  readonly schema: 1;
  readonly format: AnalysedFormat;
  readonly frames: number;
  /** Seconds. */
  readonly duration: number;
  readonly loudness?: {
    /** LUFS, gated; null under 400 ms and where nothing passes the gate. */
    readonly integrated: Level;
    /** LU. */
    readonly range: Level;
    /** LUFS. */
    readonly momentaryMax: Level;
    /** LUFS. */
    readonly shortTermMax: Level;
  };
  /** dBTP, of the largest channel. */
  readonly truePeak?: Level;
  /** dBFS, of the largest channel. */
  readonly samplePeak?: Level;
  /** dB, power mean of the channels. */
  readonly rms?: Level;
  /** dB, of the channel where it is largest. */
  readonly crestFactor?: Level;
  /** Linear, of the channel where it is farthest from 0. */
  readonly dcOffset?: number;
  /** Of left and right, from -1 to 1. */
  readonly correlation?: number | null;
  /** Sum over the channels. */
  readonly clippedSamples?: number;
  /** RMS of the quietest 500 ms, in dB. */
  readonly noiseFloor?: Level;
  readonly spectrum?: Readonly<Record<string, unknown>>;
  readonly features?: Readonly<Record<string, unknown>>;
  readonly channels: readonly ChannelAnalysis[];
  readonly verdict?: Verdict;
}

/** What a target says to an analysis. */
export interface Verdict {
  readonly target: string;
  /** The document that the clauses are from. */
  readonly source: string;
  readonly pass: boolean;
  readonly clauses: readonly ClauseVerdict[];
}

/** One clause of a target, and whether it is met. */
export interface ClauseVerdict {
  readonly clause: string;
  /** Name of the figure, such as `loudness.integrated`. */
  readonly figure: string;
  readonly value: Level;
  readonly min: number | null;
  readonly max: number | null;
  readonly unit: string;
  readonly pass: boolean;
}

/** A value every `step` seconds; the first stands for the time from 0 to `step`. */
export interface TimeCurve {
  readonly step: number;
  readonly values: readonly number[];
}

/** What charts are drawn from: never more than a few thousand points, however long the input. */
export interface AnalysisCurves {
  /** LUFS; the highest in each step. */
  readonly momentary: TimeCurve;
  readonly shortTerm: TimeCurve;
  /** LUFS since the start. */
  readonly integrated: TimeCurve;
  /** dBTP, the highest of all channels in each step. */
  readonly truePeak: TimeCurve;
  /** Linear, the highest of all channels in each step. */
  readonly peak: TimeCurve;
  /** Linear, power mean of all channels. */
  readonly rms: TimeCurve;
  /** From -1 to 1; null for an input without left and right. */
  readonly correlation: TimeCurve | null;
  readonly spectrum: {
    /** Hz. */
    readonly freqs: readonly number[];
    /** dBFS of a sine, mean over the whole input. */
    readonly levels: readonly number[];
  };
  readonly spectrogram: {
    /** Seconds at which the first column begins. */
    readonly start: number;
    /** Seconds from one column to the next. */
    readonly step: number;
    /** Hz, of the lowest and the highest row; rows between them lie at equal steps of pitch. */
    readonly range: readonly [number, number];
    /** dBFS of a sine; a column after the other, each from the lowest row up. */
    readonly columns: readonly Float32Array[];
  };
}
