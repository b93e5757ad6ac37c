import type { KernelMemory, Kernels } from '../kernel-memory.ts';

interface ChannelLinkOptions {
  /** How far channels follow the largest: 0 each by itself, 1 all alike. */
  readonly link: number;
  readonly maxFrames: number;
}

/** Draws signals towards the largest of them, frame by frame, so that channels move together. */
export class ChannelLink {
  /** What counts: every signal, or with link 1 the first alone, as all are alike. */
  readonly signals: readonly Float64Array[];
  readonly #kernels: Kernels | null;
  readonly #all: readonly Float64Array[];
  readonly #link: number;
  readonly #largest: Float64Array;

  constructor(memory: KernelMemory, all: readonly Float64Array[], { link, maxFrames }: ChannelLinkOptions) {
    this.#kernels = memory.kernels;
    this.#all = all;
    this.#link = link;
    this.#largest = memory.f64(link > 0 && all.length > 1 ? maxFrames : 0);
    this.signals = link === 1 ? all.slice(0, 1) : all;
  }

  /** In place, over frames `at` to `at + frames`. */
  draw(at: number, frames: number): void {
    if (this.#link === 0 || this.#all.length < 2) return;
    const top = this.#largest;
    for (let n = 0; n < this.#all.length; n++) this.#merge(this.#all[n], at, frames, n > 0);
    for (const own of this.signals) {
      if (this.#kernels) {
        this.#kernels.drawTowards(own.byteOffset + 8 * at, top.byteOffset + 8 * at, frames, this.#link);
      } else {
        for (let i = at; i < at + frames; i++) own[i] += this.#link * (top[i] - own[i]);
      }
    }
  }

  #merge(own: Float64Array, at: number, frames: number, merge: boolean): void {
    const top = this.#largest;
    if (this.#kernels) {
      this.#kernels.mergeLargest(top.byteOffset + 8 * at, own.byteOffset + 8 * at, frames, merge ? 1 : 0);
      return;
    }
    for (let i = at; i < at + frames; i++) top[i] = merge ? Math.max(top[i], own[i]) : own[i];
  }
}
