import { exp2 } from './elementary.ts';

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

/** Masking of each critical band by all the others. */
export class MaskingThresholds {
  readonly #bands: number;
  /** Part of a masker's power that reaches a band, row by row; 0 for the band itself. */
  readonly #spread: Float64Array;

  constructor(bands: number) {
    this.#bands = bands;
    this.#spread = Float64Array.from({ length: bands * bands }, (_, at) => {
      const masker = at % bands;
      const band = (at - masker) / bands;
      if (masker === band) return 0;
      return exp2((spreadingDb(band - masker) - maskingOffsetDb(masker)) * LOG2_10_OVER_10);
    });
  }

  /** Power under which a band is inaudible beside its neighbours, from the power of each band; same unit. */
  of(band: number, powers: Float64Array): number {
    const bands = this.#bands;
    const spread = this.#spread;
    const row = band * bands;
    let sum = 0;
    for (let masker = 0; masker < bands; masker++) sum += spread[row + masker] * powers[masker];
    return sum;
  }
}
