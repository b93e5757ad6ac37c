import { dbToGain, powerToDb } from '../dsp/elementary.ts';
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

type Features = 'centroid' | 'rolloff' | 'flatness' | 'zeroCrossingRate';
const FEATURES: readonly Features[] = ['centroid', 'rolloff', 'flatness', 'zeroCrossingRate'];

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

/** A mean that forgets; at first the plain mean. */
class RunningMean {
  #count = 0;
  #mean = 0;

  push(value: number): void {
    this.#count += 1;
    this.#mean += (value - this.#mean) * Math.max(1 / MEMORY, 1 / this.#count);
  }

  get value(): number | null {
    return this.#count === 0 ? null : this.#mean;
  }

  snapshot(): MeanSnapshot {
    return [this.#count, this.#mean];
  }

  static restored([count, mean]: MeanSnapshot): RunningMean {
    const restored = new RunningMean();
    restored.#count = count;
    restored.#mean = mean;
    return restored;
  }
}

/**
 * What a stream is like, from the readings of a `spectrum` and a `loudness` stage, one interval after the other: features and
 * bands as running means over about half a minute of what is no pause, loudness, range and peak since the start.
 */
export class RunningContent {
  readonly #channels: number;
  #features = new Map(FEATURES.map((name) => [name, new RunningMean()]));
  #width = new RunningMean();
  #bark: RunningMean[] = [];
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
      features: FEATURES.map((name) => this.#features.get(name)!.snapshot()),
      width: this.#width.snapshot(),
      bark: this.#bark.map((mean) => mean.snapshot()),
    };
  }

  /** Goes on from what `snapshot` gave. */
  restore({ heard, noiseFloor, features, width, bark }: ContentSnapshot): void {
    this.#heard = heard;
    this.#noiseFloor = noiseFloor;
    this.#features = new Map(FEATURES.map((name, n) => [name, RunningMean.restored(features[n])]));
    this.#width = RunningMean.restored(width);
    this.#bark = bark.map(RunningMean.restored);
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
      silent: isSilent({ loudness, rolloff: this.#feature('rolloff') }),
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
      bark: this.#heard === 0 ? null : this.#bark.map((mean) => powerToDb(mean.value ?? 0)),
      centroid: this.#feature('centroid'),
      rolloff: this.#feature('rolloff'),
      flatness: this.#feature('flatness'),
      zeroCrossingRate: this.#feature('zeroCrossingRate'),
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
    for (const [name, mean] of this.#features) {
      const value = programme[name] as number | null;
      if (value !== null) mean.push(value);
    }
    const width = interval.width as number | null;
    if (width !== null) this.#width.push(width);
    const levels = (programme.bark as Readings).levels as readonly number[];
    if (this.#bark.length === 0) this.#bark = levels.map(() => new RunningMean());
    levels.forEach((one, n) => {
      const gain = dbToGain(one);
      this.#bark[n].push(gain * gain);
    });
  }

  #feature(name: Features): number | null {
    return this.#features.get(name)!.value;
  }
}

const finite = (value: Readings[string]): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
