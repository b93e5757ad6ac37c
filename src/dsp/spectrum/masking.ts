import { exp2 } from '../elementary.ts';
import type { KernelMemory, Kernels } from '../kernel-memory.ts';

const LOG2_10_OVER_10 = 0.33219280948873625;

/**
 * Spreading along the basilar membrane in dB, `bark` critical bands above the masker (negative: below): M. R. Schroeder, B. S.
 * Atal and J. L. Hall, "Optimizing digital speech coders by exploiting masking properties of the human ear", J. Acoust.
 * Soc. Am. 66(6), 1979.
 */
function spreadingDb(bark: number): number {
  const x = bark + 0.474;
  return 15.81 + 7.5 * x - 17.5 * Math.sqrt(1 + x * x);
}

/**
 * How far a masker in the n-th critical band (from 0) stands over what it just masks, in dB: that of a tone masking
 * noise, the weakest of maskers. J. D. Johnston, "Transform coding of audio signals using perceptual noise criteria",
 * IEEE J. Sel. Areas Commun. 6(2), 1988.
 */
const maskingOffsetDb = (band: number): number => 14.5 + band + 1;

/** thresholds[band] = sum over maskers of spread[masker * stride + band] * powers[masker]. Kernel: `maskingThresholds`. */
function maskingThresholds(
  spread: Float64Array,
  powers: Float64Array,
  stride: number,
  thresholds: Float64Array,
): void {
  thresholds.fill(0);
  for (let masker = 0; masker < powers.length; masker++) {
    for (let band = 0; band < powers.length; band++) {
      thresholds[band] += spread[masker * stride + band] * powers[masker];
    }
  }
}

/** Masking of each critical band by all the others. */
export class MaskingThresholds {
  /** Number of bands, or one more: even. */
  readonly stride: number;
  /** Part of a masker's power that reaches a band, masker by masker, `stride` apart; 0 for the masker itself. */
  readonly spread: Float64Array;
  /** What `of` gives. */
  readonly thresholds: Float64Array;
  readonly #kernels: Kernels | null;

  constructor(memory: KernelMemory, bands: number) {
    const stride = bands + (bands % 2);
    this.#kernels = memory.kernels;
    this.stride = stride;
    this.spread = memory.f64(bands * stride);
    this.thresholds = memory.f64(stride);
    for (let masker = 0; masker < bands; masker++) {
      for (let band = 0; band < bands; band++) {
        if (band === masker) continue;
        const reaches = spreadingDb(band - masker) - maskingOffsetDb(masker);
        this.spread[masker * stride + band] = exp2(reaches * LOG2_10_OVER_10);
      }
    }
  }

  /**
   * Power under which each band is inaudible beside its neighbours, from the power of each band on the same memory; same
   * unit. The array is the same at every call.
   */
  of(powers: Float64Array): Float64Array {
    const spread = this.spread;
    const thresholds = this.thresholds;
    if (this.#kernels) {
      const { byteOffset: to } = thresholds;
      this.#kernels.maskingThresholds(spread.byteOffset, powers.byteOffset, powers.length, this.stride, to);
    } else maskingThresholds(spread, powers, this.stride, thresholds);
    return thresholds;
  }
}
