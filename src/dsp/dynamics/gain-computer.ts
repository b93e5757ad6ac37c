import { exp2 } from '../elementary.ts';
import type { Kernels } from '../kernel-memory.ts';
import { DB_PER_OCTAVE, fastLog2 } from '../log-domain.ts';
import type { LevelConversion } from './linked-detector.ts';

/** Shape of the static curve in the field's units. */
export interface CompressionCurve {
  readonly thresholdDb: number;
  /** 1 - 1/R for a ratio R: 0 leaves levels alone, 1 limits. */
  readonly slope: number;
  /** Full width in dB, centred on the threshold. */
  readonly kneeDb: number;
  /** Largest change of level in dB. @default no bound */
  readonly rangeDb?: number;
  /** `down` lowers what is above the threshold, `up` raises what is below it. @default 'down' */
  readonly mode?: 'down' | 'up';
}

/** What is left of each dB over the threshold to be taken off: 1 - 1/ratio. */
export const slopeOfRatio = (ratio: number): number => 1 - 1 / ratio;

/** Reduction in dB that a curve asks for at a level in dB. */
export function reductionDb(levelDb: number, { thresholdDb, slope, kneeDb }: CompressionCurve): number {
  const over = levelDb - thresholdDb;
  const k = Math.min(Math.max(over + kneeDb / 2, 0), kneeDb);
  return slope * ((kneeDb > 0 ? (k * k) / (2 * kneeDb) : 0) + Math.max(over - kneeDb / 2, 0));
}

const isSameCurve = (a: CompressionCurve, b: CompressionCurve): boolean =>
  a.thresholdDb === b.thresholdDb &&
  a.slope === b.slope &&
  a.kneeDb === b.kneeDb &&
  a.rangeDb === b.rangeDb &&
  a.mode === b.mode;

/**
 * The static curve of a compressor with a quadratic knee, in log2 units, as the reduction it asks for:
 * with x the level over the threshold, W the knee, R the ratio,
 *   0                                     for x <= -W/2
 *   (1 - 1/R) (x + W/2)^2 / (2 W)         within the knee
 *   (1 - 1/R) x                           for x >= W/2
 * (Giannoulis, Massberg, Reiss, "Digital Dynamic Range Compressor Design", JAES 60(6), 2012, eq. 4), and never more
 * than the range. Both branches are one expression: slope min(k^2 / (2 W) + max(x - W/2, 0), range / slope) with
 * k = x + W/2 clamped to 0..W. Upwards it is the mirror image: x is the level under the threshold, and the
 * reduction is negative.
 */
export class GainComputer implements LevelConversion {
  readonly #kernels: Kernels | null;
  /** 1 down, -1 up: the side of the threshold on which the curve works. */
  #side = 1;
  /** Threshold in log2 units, times the side. */
  #threshold = 0;
  #knee = 0;
  #bend = 0;
  #slope = 0;
  /** Range over slope: what the bend may come to at most. */
  #cap = Number.POSITIVE_INFINITY;
  /** Level, linear, up to which (upwards: from which) there is no reduction. */
  #idle = 0;
  /** The same as a power. */
  #idlePower = 0;
  #curve: CompressionCurve | null = null;

  constructor(kernels: Kernels | null) {
    this.#kernels = kernels;
  }

  /** Often told what it knows already: a curve may glide. */
  set(curve: CompressionCurve): void {
    if (this.#curve !== null && isSameCurve(curve, this.#curve)) return;
    const { thresholdDb, slope, kneeDb, rangeDb, mode } = curve;
    this.#curve = curve;
    this.#side = mode === 'up' ? -1 : 1;
    this.#threshold = (this.#side * thresholdDb) / DB_PER_OCTAVE;
    this.#knee = kneeDb / DB_PER_OCTAVE;
    this.#bend = this.#knee > 0 ? 1 / (2 * this.#knee) : 0;
    this.#slope = this.#side * slope;
    this.#cap =
      rangeDb === undefined || slope === 0 ? Number.POSITIVE_INFINITY : rangeDb / DB_PER_OCTAVE / slope;
    // A hair outside the knee, where the curve is 0 to any rounding.
    const edge = exp2(this.#side * (this.#threshold - this.#knee / 2));
    this.#idle = Math.fround(edge * (1 - this.#side * 1e-6));
    this.#idlePower = this.#idle * this.#idle;
  }

  /** Reduction in log2 units for linear levels, from frame `at` on. */
  fromLevel(level: Float32Array, reduction: Float64Array, at: number, frames: number): void {
    const side = this.#side;
    if (this.#kernels) {
      this.#kernels.reductionFromLevel(
        level.byteOffset + 4 * at,
        reduction.byteOffset + 8 * at,
        frames,
        side,
        this.#threshold,
        this.#knee,
        this.#bend,
        this.#slope,
        this.#cap,
        this.#idle,
      );
      return;
    }
    const idle = side * this.#idle;
    for (let i = at; i < at + frames; i++) {
      const quiet = side * level[i] <= idle;
      reduction[i] = quiet ? 0 : this.#reduction(side * fastLog2(Math.max(level[i], 1e-100)));
    }
  }

  /** Reduction in log2 units for powers, in place, from frame `at` on; the level is half the log2 of a power. */
  fromPower(power: Float64Array, at: number, frames: number): void {
    const half = 0.5 * this.#side;
    if (this.#kernels) {
      this.#kernels.reductionFromPower(
        power.byteOffset + 8 * at,
        frames,
        half,
        this.#threshold,
        this.#knee,
        this.#bend,
        this.#slope,
        this.#cap,
        this.#idlePower,
      );
      return;
    }
    const idle = half * this.#idlePower;
    for (let i = at; i < at + frames; i++) {
      const quiet = half * power[i] <= idle;
      power[i] = quiet ? 0 : this.#reduction(half * fastLog2(Math.max(power[i], 1e-100)));
    }
  }

  /** `level` times the side. */
  #reduction(level: number): number {
    const over = level - this.#threshold;
    const half = this.#knee * 0.5;
    const k = Math.min(Math.max(over + half, 0), this.#knee);
    return this.#slope * Math.min(k * k * this.#bend + Math.max(over - half, 0), this.#cap);
  }
}
