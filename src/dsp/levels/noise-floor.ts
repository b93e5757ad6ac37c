/** Stretches of 50 ms in a window. */
const STRETCHES = 10;

/**
 * Power of the quietest 500 ms of a stream, found every 50 ms: what ACX calls the noise floor of a recording (ACX audio
 * submission requirements, "noise floor", at most -60 dB RMS). Windows with a stretch of digital silence do not count:
 * a gap left by an editor says nothing of the recording.
 */
export class NoiseFloor {
  readonly #powers = new Float64Array(STRETCHES);
  #stretches = 0;
  #lowest = Number.POSITIVE_INFINITY;

  /** Takes the mean power of the next 50 ms. */
  push(power: number): void {
    this.#powers[this.#stretches % STRETCHES] = power;
    this.#stretches += 1;
    if (this.#stretches < STRETCHES || this.#powers.includes(0)) return;
    this.#lowest = Math.min(this.#lowest, this.#powers.reduce((sum, one) => sum + one, 0) / STRETCHES);
  }

  /** Mean power of the quietest window, or null before there is one. */
  get power(): number | null {
    return Number.isFinite(this.#lowest) ? this.#lowest : null;
  }
}
