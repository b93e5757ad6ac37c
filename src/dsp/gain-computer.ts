import { exp2 } from './elementary.ts';
import type { Kernels } from './kernel-memory.ts';
import { DB_PER_OCTAVE, fastLog2 } from './log-domain.ts';

/** Shape of the static curve in the field's units. */
export interface CompressionCurve {
  readonly thresholdDb: number;
  /** 1 - 1/R for a ratio R: 0 leaves levels alone, 1 limits. */
  readonly slope: number;
  /** Full width in dB, centred on the threshold. */
  readonly kneeDb: number;
}

/** What is left of each dB over the threshold to be taken off: 1 - 1/ratio. */
export const slopeOfRatio = (ratio: number): number => 1 - 1 / ratio;

/** Reduction in dB that a curve asks for at a level in dB. */
export function reductionDb(levelDb: number, { thresholdDb, slope, kneeDb }: CompressionCurve): number {
  const over = levelDb - thresholdDb;
  const k = Math.min(Math.max(over + kneeDb / 2, 0), kneeDb);
  return slope * ((kneeDb > 0 ? (k * k) / (2 * kneeDb) : 0) + Math.max(over - kneeDb / 2, 0));
}

/**
 * The static curve of a downward compressor with a quadratic knee, in log2 units, as the reduction it asks for:
 * with x the level over the threshold, W the knee, R the ratio,
 *   0                                     for x <= -W/2
 *   (1 - 1/R) (x + W/2)^2 / (2 W)         within the knee
 *   (1 - 1/R) x                           for x >= W/2
 * (Giannoulis, Massberg, Reiss, "Digital Dynamic Range Compressor Design", JAES 60(6), 2012, eq. 4). Both branches are
 * one expression: slope (k^2 / (2 W) + max(x - W/2, 0)) with k = x + W/2 clamped to 0..W.
 */
export class GainComputer {
  readonly #kernels: Kernels | null;
  #threshold = 0;
  #knee = 0;
  #bend = 0;
  #slope = 0;
  /** Largest level, linear, at which there is no reduction. */
  #idle = 0;

  constructor(kernels: Kernels | null) {
    this.#kernels = kernels;
  }

  set({ thresholdDb, slope, kneeDb }: CompressionCurve): void {
    this.#threshold = thresholdDb / DB_PER_OCTAVE;
    this.#knee = kneeDb / DB_PER_OCTAVE;
    this.#bend = this.#knee > 0 ? 1 / (2 * this.#knee) : 0;
    this.#slope = slope;
    // A hair below the knee's start, where the curve is 0 to any rounding.
    this.#idle = Math.fround(exp2(this.#threshold - this.#knee / 2) * (1 - 1e-6));
  }

  /** Reduction in log2 units for linear levels, from frame `at` on. */
  fromLevel(level: Float32Array, reduction: Float64Array, at: number, frames: number): void {
    if (this.#kernels) {
      this.#kernels.reductionFromLevel(
        level.byteOffset + 4 * at,
        reduction.byteOffset + 8 * at,
        frames,
        this.#threshold,
        this.#knee,
        this.#bend,
        this.#slope,
        this.#idle,
      );
      return;
    }
    for (let i = at; i < at + frames; i++) {
      reduction[i] = level[i] <= this.#idle ? 0 : this.#reduction(fastLog2(Math.max(level[i], 1e-100)));
    }
  }

  /** Reduction in log2 units for powers, in place, from frame `at` on; the level is half the log2 of a power. */
  fromPower(power: Float64Array, at: number, frames: number): void {
    if (this.#kernels) {
      this.#kernels.reductionFromPower(
        power.byteOffset + 8 * at,
        frames,
        this.#threshold,
        this.#knee,
        this.#bend,
        this.#slope,
      );
      return;
    }
    for (let i = at; i < at + frames; i++)
      power[i] = this.#reduction(0.5 * fastLog2(Math.max(power[i], 1e-100)));
  }

  #reduction(level: number): number {
    const over = level - this.#threshold;
    const half = this.#knee * 0.5;
    const k = Math.min(Math.max(over + half, 0), this.#knee);
    return this.#slope * (k * k * this.#bend + Math.max(over - half, 0));
  }
}
