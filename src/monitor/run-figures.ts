/** Levels of neighbouring bands. */
export interface BandFigures {
  /** Centres in Hz. */
  readonly freqs: readonly number[];
  /** dB; -Infinity for silence here, null in JSON. */
  readonly levels: readonly number[];
}

/** What a programme measures; -Infinity for silence. */
export interface ProgrammeFigures {
  /** LUFS, gated. */
  readonly loudness: number;
  /** LU; null for less than 3 s. */
  readonly range: number | null;
  /** dBFS re 1.0, of all channels. */
  readonly rms: number;
  /** dBFS and dBTP, of the highest channel. */
  readonly samplePeak: number;
  readonly truePeak: number;
  /** Sample peak over RMS in dB; null for silence. */
  readonly crest: number | null;
  /** Level of the octaves and the third-octaves in dB of a full-scale sine; null for less than a window. */
  readonly octaves: BandFigures | null;
  readonly thirdOctaves: BandFigures | null;
}

/** A programme as it came and as it went. */
export interface ComparedFigures {
  readonly before: ProgrammeFigures;
  readonly after: ProgrammeFigures;
  /** Of the two, sample by sample, -1..1; null where rate or channels differ, or one is silent. */
  readonly correlation: number | null;
}

/** Short-term loudness before and after at a second of the stream, in LUFS. */
export interface ComparedSecond {
  /** Seconds from the start. */
  readonly time: number;
  readonly before: number;
  readonly after: number;
}

/** What one stage took. */
export interface StageTime {
  readonly id: string;
  readonly stage: string;
  /** Seconds, and their share in those of the whole run. */
  readonly seconds: number;
  readonly share: number;
}

/** What a run took, and what it did to the sound. */
export interface RunFigures {
  readonly schema: 1;
  readonly backend: string;
  /** Seconds of audio that went out. */
  readonly duration: number;
  /** Seconds from start to end; of these, those before the audio went through: listening and trying out. */
  readonly elapsed: number;
  readonly listening: number;
  /** Seconds of audio for one of the clock. */
  readonly realTimeFactor: number;
  readonly cpu: {
    /** Seconds of all threads. */
    readonly user: number;
    readonly system: number;
    /** Of one core. */
    readonly share: number;
  };
  /** Bytes that the process has held at most. */
  readonly peakMemory: number;
  readonly stages: readonly StageTime[];
  /** What these figures took themselves: comparing what came in with what went out. */
  readonly comparing: Pick<StageTime, 'seconds' | 'share'>;
  /** What is left: reading, writing, waiting. */
  readonly rest: Pick<StageTime, 'seconds' | 'share'>;
  /** Null where no audio came. */
  readonly quality: ComparedFigures | null;
}
