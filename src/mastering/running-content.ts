import { dbToPower, powerToDb } from '../dsp/elementary.ts';
import type { Readings } from '../stages/define-stage.ts';
import { type ContentProfile, contentProfile, crestOf, isSilent } from './content-profile.ts';

/** Intervals after which what was heard counts 37 % of what is heard now. */
const MEMORY = 30;
/** Level in dB under which an interval is a pause. */
const PAUSE = -70;
/** Level that stands for digital silence. */
const SILENT = -100;
/** Level of the spectrum stage over the RMS, in dB: it counts from a full-scale sine. */
const SINE_OVER_RMS = 3.01;

type MeanSnapshot = readonly [count: number, mean: number];

/** All that is remembered of a stream, as plain data. */
export interface ContentSnapshot {
  readonly heard: number;
  readonly noiseFloor: number | null;
  readonly features: readonly MeanSnapshot[];
  readonly width: MeanSnapshot;
  readonly bark: readonly MeanSnapshot[];
}

/** The figures of a `ContentProfile` that change what is done at any interval. */
export interface HeardFigures
  extends Pick<ContentProfile, 'channels' | 'loudness' | 'range' | 'crest' | 'width'> {
  readonly silent: boolean;
}

/** What the `count`-th value counts in a mean that forgets and is the plain mean at first. */
const weightOf = (count: number): number => Math.max(1 / MEMORY, 1 / count);

/** A mean that forgets. */
class RunningMean {
  #count = 0;
  #mean = 0;

  /** Takes the next value, if there is one. */
  push(value: number | null): void {
    if (value === null) return;
    this.#count += 1;
    this.#mean += (value - this.#mean) * weightOf(this.#count);
  }

  get value(): number | null {
    return this.#count === 0 ? null : this.#mean;
  }

  snapshot(): MeanSnapshot {
    return [this.#count, this.#mean];
  }

  restore([count, mean]: MeanSnapshot): void {
    this.#count = count;
    this.#mean = mean;
  }
}

/** The same of the powers of bands. */
class RunningPowers {
  #count = 0;
  #means = new Float64Array();

  /** Takes the next levels of all bands, in dB. */
  push(levels: readonly number[]): void {
    if (this.#count === 0) this.#means = new Float64Array(levels.length);
    this.#count += 1;
    const weight = weightOf(this.#count);
    const means = this.#means;
    for (let n = 0; n < means.length; n++) means[n] += (dbToPower(levels[n]) - means[n]) * weight;
  }

  /** In dB; null before the first. */
  get levels(): readonly number[] | null {
    return this.#count === 0 ? null : Array.from(this.#means, powerToDb);
  }

  snapshot(): readonly MeanSnapshot[] {
    return Array.from(this.#means, (mean) => [this.#count, mean]);
  }

  restore(bands: readonly MeanSnapshot[]): void {
    this.#count = bands[0]?.[0] ?? 0;
    this.#means = Float64Array.from(bands, ([, mean]) => mean);
  }
}

/**
 * What a stream is like, from the readings of a `spectrum` and a `loudness` stage, one interval after the other: features and
 * bands as running means over about half a minute of what is no pause, loudness, range and peak since the start.
 */
export class RunningContent {
  readonly #channels: number;
  readonly #centroid = new RunningMean();
  readonly #rolloff = new RunningMean();
  readonly #flatness = new RunningMean();
  readonly #zeroCrossingRate = new RunningMean();
  readonly #width = new RunningMean();
  readonly #bark = new RunningPowers();
  #heard = 0;
  #noiseFloor: number | null = null;

  constructor(channels: number) {
    this.#channels = channels;
  }

  /** Intervals that were no pause. */
  get heard(): number {
    return this.#heard;
  }

  snapshot(): ContentSnapshot {
    return {
      heard: this.#heard,
      noiseFloor: this.#noiseFloor,
      features: this.#features.map((mean) => mean.snapshot()),
      width: this.#width.snapshot(),
      bark: this.#bark.snapshot(),
    };
  }

  /** Goes on from what `snapshot` gave. */
  restore({ heard, noiseFloor, features, width, bark }: ContentSnapshot): void {
    this.#heard = heard;
    this.#noiseFloor = noiseFloor;
    for (const [n, mean] of this.#features.entries()) mean.restore(features[n]);
    this.#width.restore(width);
    this.#bark.restore(bark);
  }

  /** Takes the reading of the interval that just ended. */
  take(spectrum: Readings): void {
    const interval = spectrum.interval as Readings | null;
    const programme = interval?.programme as Readings | null | undefined;
    if (programme) this.#learn(interval!, programme);
  }

  /** What the rules need that are asked at every interval. */
  heardFigures({ integrated, range, samplePeak }: Readings): HeardFigures {
    const loudness = finite(integrated);
    return {
      channels: this.#channels,
      loudness,
      range: finite(range),
      crest: crestOf({ loudness, samplePeak: finite(samplePeak) }),
      width: this.#width.value,
      silent: isSilent({ loudness, rolloff: this.#rolloff.value }),
    };
  }

  /** All that is known so far. */
  profile(spectrum: Readings, { seconds, integrated, range, samplePeak }: Readings): ContentProfile {
    const width = this.#width.value;
    return contentProfile({
      seconds: seconds as number,
      channels: this.#channels,
      loudness: finite(integrated),
      range: finite(range),
      samplePeak: finite(samplePeak),
      noiseFloor: this.#noiseFloor,
      bark: this.#bark.levels,
      centroid: this.#centroid.value,
      rolloff: this.#rolloff.value,
      flatness: this.#flatness.value,
      zeroCrossingRate: this.#zeroCrossingRate.value,
      tempo: finite(spectrum.tempo),
      width,
      // Of two channels of equal power: 2 LR / (L^2 + R^2) = (M^2 - S^2) / (M^2 + S^2).
      correlation: width === null ? null : 1 - 2 * width,
    });
  }

  #learn(interval: Readings, programme: Readings): void {
    const level = programme.level as number;
    if (this.#heard > 0 || level > PAUSE) {
      const rms = Math.max(SILENT, level - SINE_OVER_RMS);
      this.#noiseFloor = Math.min(rms, this.#noiseFloor ?? rms);
    }
    if (!(level > PAUSE)) return;
    this.#heard += 1;
    this.#centroid.push(programme.centroid as number | null);
    this.#rolloff.push(programme.rolloff as number | null);
    this.#flatness.push(programme.flatness as number | null);
    this.#zeroCrossingRate.push(programme.zeroCrossingRate as number | null);
    this.#width.push(interval.width as number | null);
    this.#bark.push((programme.bark as Readings).levels as readonly number[]);
  }

  /** In the order of a snapshot. */
  get #features(): readonly RunningMean[] {
    return [this.#centroid, this.#rolloff, this.#flatness, this.#zeroCrossingRate];
  }
}

const finite = (value: Readings[string]): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
