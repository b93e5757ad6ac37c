import { dbToPower, powerToDb } from '../dsp/elementary.ts';

/** Figures of a programme, measured over all of it or over what has come so far; null where undefined. */
export interface MeasuredContent {
  readonly seconds: number;
  readonly channels: number;
  /** LUFS, gated. */
  readonly loudness: number | null;
  /** LU, EBU Tech 3342. */
  readonly range: number | null;
  /** dBFS. */
  readonly samplePeak: number | null;
  /** dB, level of the quietest half second or second. */
  readonly noiseFloor: number | null;
  /** Level of each critical band in dB, -Infinity for an empty one. */
  readonly bark: readonly number[] | null;
  /** Hz. */
  readonly centroid: number | null;
  /** Hz. */
  readonly rolloff: number | null;
  /** 0..1. */
  readonly flatness: number | null;
  /** Crossings a second. */
  readonly zeroCrossingRate: number | null;
  /** Beats a minute. */
  readonly tempo: number | null;
  /** Side energy over that of mid and side: 0 mono, 0.5 unrelated channels. */
  readonly width: number | null;
  /** Of left and right, -1..1. */
  readonly correlation: number | null;
}

export type EnergyClass = 'low' | 'medium' | 'high';
export type DynamicsClass = 'dense' | 'moderate' | 'wide';
export type ContentKind = 'silence' | 'speech' | 'music';

/** What a programme is like. */
export interface ContentProfile extends MeasuredContent {
  /** Sample peak over loudness in dB: large for what has transients, small for what is dense. */
  readonly crest: number | null;
  /** Power below 200 Hz over all power, in dB, at most 0. */
  readonly bass: number | null;
  /** Loudness over the quietest stretch, in dB. */
  readonly pauses: number | null;
  readonly energy: EnergyClass;
  readonly dynamics: DynamicsClass;
  readonly kind: ContentKind;
}

/** Bounds of the energy classes in LUFS: quieter than broadcast (EBU R 128: -23), louder than streaming (-14). */
const LOW_ENERGY = -23;
const HIGH_ENERGY = -14;
/** Bounds of the dynamics classes: a crest under 10 dB is that of heavily limited masters, LRA over 12 LU that of concert music. */
export const DENSE_CREST = 10;
export const WIDE_RANGE = 12;
/** Below this nothing is heard, Hz. */
const INAUDIBLE_HZ = 20;
/**
 * Signs that speech shows and music seldom does together: it breathes (dB from the loudness to the quietest half second, which
 * drones and noise don't reach), it comes from one place, it has no beat, next to nothing below 100 Hz (dB; the average spectrum of
 * men's speech in Byrne et al., JASA 96(4), 1994, has -17), and its middle lies among the vowels and sibilants (Hz).
 */
const SPEECH_PAUSES = 5;
const SPEECH_WIDTH = 0.02;
const SPEECH_DEEP = -14;
const SPEECH_CENTROID = [400, 2400] as const;
/** Critical bands below 100 and below 200 Hz. */
const DEEP_BANDS = 1;
const BASS_BANDS = 2;

/** Sample peak over loudness in dB; null where one of them is. */
export const crestOf = ({ loudness, samplePeak }: Pick<MeasuredContent, 'loudness' | 'samplePeak'>) =>
  loudness === null || samplePeak === null ? null : samplePeak - loudness;

/** Whether nothing passes the loudness gate or lies above 20 Hz. */
export const isSilent = ({ loudness, rolloff }: Pick<MeasuredContent, 'loudness' | 'rolloff'>): boolean =>
  loudness === null || (rolloff ?? 0) < INAUDIBLE_HZ;

/** Adds to the figures what follows from them. */
export function contentProfile(measured: MeasuredContent): ContentProfile {
  const { loudness, range, noiseFloor, bark } = measured;
  const crest = crestOf(measured);
  const pauses = loudness === null || noiseFloor === null ? null : loudness - noiseFloor;
  const bass = bark === null ? null : shareOf(bark, BASS_BANDS);
  return {
    ...measured,
    crest,
    pauses,
    bass,
    energy: energyOf(loudness),
    dynamics: dynamicsOf(crest, range),
    kind: kindOf(measured, pauses),
  };
}

function energyOf(loudness: number | null): EnergyClass {
  if (loudness === null || loudness < LOW_ENERGY) return 'low';
  return loudness > HIGH_ENERGY ? 'high' : 'medium';
}

function dynamicsOf(crest: number | null, range: number | null): DynamicsClass {
  if (range !== null && range > WIDE_RANGE) return 'wide';
  return crest !== null && crest < DENSE_CREST ? 'dense' : 'moderate';
}

/** Silence where nothing is heard; speech where all signs of it are seen. */
function kindOf(measured: MeasuredContent, pauses: number | null): ContentKind {
  if (isSilent(measured)) return 'silence';
  const { width, bark, tempo, centroid } = measured;
  const [low, high] = SPEECH_CENTROID;
  const speech =
    (pauses ?? 0) > SPEECH_PAUSES &&
    (width ?? 0) < SPEECH_WIDTH &&
    centroid !== null &&
    centroid >= low &&
    centroid <= high &&
    tempo === null &&
    bark !== null &&
    (shareOf(bark, DEEP_BANDS) ?? 0) < SPEECH_DEEP;
  return speech ? 'speech' : 'music';
}

/** Power of the lowest bands over all power, in dB, at most 0; null for silence. */
function shareOf(levels: readonly number[], bands: number): number | null {
  let all = 0;
  let lowest = 0;
  for (let n = 0; n < levels.length; n++) {
    const power = dbToPower(levels[n]);
    all += power;
    if (n < bands) lowest += power;
  }
  return all > 0 ? powerToDb(lowest / all) : null;
}
