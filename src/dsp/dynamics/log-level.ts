import type { Kernels } from '../kernel-memory.ts';
import { fastLog2 } from '../log-domain.ts';
import type { LevelConversion } from './linked-detector.ts';

/** What silence counts as. */
const LEAST = 1e-100;

/** Levels in log2 units; silence is -332 (log2 of 1e-100), from a mean square half of that. */
export class LogLevel implements LevelConversion {
  readonly #kernels: Kernels | null;

  constructor(kernels: Kernels | null) {
    this.#kernels = kernels;
  }

  fromLevel(level: Float32Array, out: Float64Array, at: number, frames: number): void {
    if (this.#kernels) {
      this.#kernels.logFromPeak(level.byteOffset + 4 * at, out.byteOffset + 8 * at, frames);
      return;
    }
    for (let i = at; i < at + frames; i++) out[i] = fastLog2(Math.max(level[i], LEAST));
  }

  fromPower(power: Float64Array, at: number, frames: number): void {
    if (this.#kernels) {
      this.#kernels.logFromPower(power.byteOffset + 8 * at, frames);
      return;
    }
    for (let i = at; i < at + frames; i++) power[i] = 0.5 * fastLog2(Math.max(power[i], LEAST));
  }
}
