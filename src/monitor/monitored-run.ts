import type { Level } from './analysis.ts';

/** A parameter that can be moved while audio runs. */
export interface LiveControl {
  /** What `set` takes, such as `limiter.ceiling` or `eq.bands[0].gain`. */
  readonly path: string;
  /** The path without its entry. */
  readonly label: string;
  readonly kind: 'number' | 'choice' | 'flag';
  readonly value: number | string | boolean;
  readonly unit: string;
  /** Range of a number; null for other kinds. */
  readonly min: number | null;
  readonly max: number | null;
  /** Whether a number has no fraction. */
  readonly whole: boolean;
  /** Words of a choice; none for other kinds. */
  readonly choices: readonly string[];
  readonly meaning: string;
}

/** An entry of a pipeline as it is drawn. */
export interface StageView {
  readonly id: string;
  readonly stage: string;
  /** What the pipeline's author says of it, else what the stage is. */
  readonly summary: string;
  /** Ids of entries, or names of inputs, that it takes. */
  readonly inputs: readonly string[];
  /** The one whose level it follows, or null. */
  readonly key: string | null;
  readonly bypass: boolean;
  readonly controls: readonly LiveControl[];
}

/** A pipeline as it is drawn. */
export interface PipelineView {
  /** Another number whenever anything in it is another. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly string[];
  /** Names of what goes out, and the entry or input it comes from. */
  readonly outputs: readonly { readonly name: string; readonly from: string }[];
  /** The pipeline's own knobs, as far as all that they turn can move. */
  readonly controls: readonly LiveControl[];
  /** In the order in which they run. */
  readonly stages: readonly StageView[];
  /** Loudness in LUFS that its last stage with such a target leads to, or null. */
  readonly target: number | null;
  /** Ceiling of its last limiter in dBTP, or null. */
  readonly ceiling: number | null;
}

/** Every control of a pipeline: its own, then those of its stages. */
export const controlsOf = ({ controls, stages }: PipelineView): readonly LiveControl[] => [
  ...controls,
  ...stages.flatMap((stage) => stage.controls),
];

/** What one stage is doing. */
export interface StageReading {
  readonly id: string;
  /** Highest sample that left it since the last readings, in dBFS; -Infinity for silence, null where it is not taken. */
  readonly level: number | null;
  /** Gains in dB by what the stage calls them, such as `reduction`; several where it has bands. */
  readonly gains: Readonly<Record<string, readonly number[]>>;
}

/** Levels in bands of frequency, in dB re a full-scale sine; -Infinity where there is nothing. */
export type BandLevels = readonly number[];

/** What a run measures now. Highest values are those since the readings before. */
export interface LiveReadings {
  /** `version` of the pipeline that plays. */
  readonly version: number;
  /** Frames and seconds of audio that went out. */
  readonly frame: number;
  readonly seconds: number;
  /** Time that the work on audio takes, as a share of the time it plays: 1 is the most that can be kept up with. */
  readonly load: number;
  /** By how much the pipeline is late, in ms. */
  readonly latency: number;
  /** Audio that waits in front of and behind the pipeline, in ms. */
  readonly buffer: { readonly input: number; readonly output: number };
  /** Highest sample of each channel in dBFS. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** In LUFS (EBU R 128) of what goes out; -Infinity where there is none. */
  readonly momentary: number;
  readonly shortTerm: number;
  readonly integrated: number;
  /** In LU; null before there was a value of 3 s. */
  readonly range: Level;
  /** Highest, in dBTP. */
  readonly truePeak: number;
  readonly stages: readonly StageReading[];
  /** Third-octave bands: centres in Hz, and levels in front of the pipeline and behind it. */
  readonly spectrum: {
    readonly freqs: readonly number[];
    readonly before: BandLevels;
    readonly after: BandLevels;
  };
  /** Samples that the guard has replaced so far. */
  readonly guarded: number;
}

/** Something that happened in a run. */
export interface RunEvent {
  /** Frame of the output. */
  readonly frame: number;
  /** One word, such as `move`, `reload` or `guard`. */
  readonly kind: string;
  readonly text: string;
}

/** A run as a monitor sees it: plain readings, and one way to change something. */
export interface MonitoredRun {
  /** Frames that went out. */
  readonly frame: number;
  pipeline(): PipelineView;
  /** Null before the format of the input is known. */
  readings(): LiveReadings | null;
  /** Moves a parameter without a click. Throws an error that says what is wrong with the value. */
  set(path: string, value: number | string | boolean): void;
}
