import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A pole within the unit circle that stands for itself and its conjugate, and the residue of the pair. */
export interface ReversePole {
  readonly pole: Complex;
  readonly residue: Complex;
}

/** Powers of a pole below this are nothing to 64-bit sums; kept, they would only breed subnormals. */
const TINY = 1e-30;

/**
 * Poles that ring backwards in time: y[n] = sum over k < 2^stages of 2 Re(residue pole^k) x[n + k], 2^stages - 1 frames late.
 * A sum of 2^j terms and the same sum 2^j frames later, weighed by pole^(2^j), make one of 2^(j+1), so that a
 * frame costs one complex product a stage (M. Vicanek, "A New Reverse IIR Filtering Algorithm", 2015). Nothing in it is
 * recursive, so nothing can drift.
 */
export class ReversePoles {
  readonly #state: StateMemory;
  readonly #poles: number;
  readonly #stages: number;
  /** By pole and stage, re and im. */
  readonly #powers: Float64Array;
  /** By pole, twice the residue. */
  readonly #residues: Float64Array;
  /** By channel: each pole's rings of 1, 2, 4... complex numbers. */
  readonly #rings: readonly Float64Array[];
  readonly #position: Int32Array;

  constructor(state: StateMemory, poles: number, stages: number, channels: number) {
    this.#state = state;
    this.#poles = poles;
    this.#stages = stages;
    this.#powers = state.f64(2 * poles * stages);
    this.#residues = state.f64(2 * poles);
    this.#rings = Array.from({ length: channels }, () => state.f64(2 * poles * (2 ** stages - 1)));
    this.#position = state.i32(1);
  }

  /** Sets every pole; the running state stays. */
  setPoles(poles: readonly ReversePole[]): void {
    poles.forEach(({ pole, residue }, n) => {
      let { re, im } = pole;
      for (let stage = 0; stage < this.#stages; stage++) {
        if (Math.abs(re) < TINY) re = 0;
        if (Math.abs(im) < TINY) im = 0;
        this.#powers.set([re, im], 2 * (n * this.#stages + stage));
        [re, im] = [re * re - im * im, 2 * re * im];
      }
      this.#residues.set([2 * residue.re, 2 * residue.im], 2 * n);
    });
  }

  /** Takes over the poles of another; the running state stays. */
  copyPoles(other: ReversePoles): void {
    this.#powers.set(other.#powers);
    this.#residues.set(other.#residues);
  }

  /** Takes over poles and running state. */
  copyFrom(other: ReversePoles): void {
    this.copyPoles(other);
    this.#rings.forEach((ring, n) => {
      ring.set(other.#rings[n]);
    });
    this.#position.set(other.#position);
  }

  /** In place. */
  process(channels: Planar, frames: number): void {
    const kernels = this.#state.memory.kernels;
    const position = this.#position[0];
    for (let n = 0; n < channels.length; n++) {
      const rings = this.#rings[n];
      if (kernels) {
        kernels.reversePoles(
          channels[n].byteOffset,
          frames,
          rings.byteOffset,
          this.#powers.byteOffset,
          this.#residues.byteOffset,
          this.#poles,
          this.#stages,
          position,
        );
      } else {
        this.#processReference(channels[n], rings, position, frames);
      }
    }
    this.#position[0] = (position + frames) % 2 ** this.#stages;
  }

  #processReference(x: Float32Array, rings: Float64Array, position: number, frames: number): void {
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      let ring = 0;
      for (let pole = 0; pole < this.#poles; pole++) {
        let re = x[i];
        let im = 0;
        for (let stage = 0; stage < this.#stages; stage++) {
          const length = 2 ** stage;
          const held = ring + 2 * ((position + i) % length);
          const power = 2 * (pole * this.#stages + stage);
          const [c, d] = [this.#powers[power], this.#powers[power + 1]];
          const nextRe = rings[held] + (re * c - im * d);
          const nextIm = rings[held + 1] + (im * c + re * d);
          rings[held] = re;
          rings[held + 1] = im;
          re = nextRe;
          im = nextIm;
          ring += 2 * length;
        }
        sum += this.#residues[2 * pole] * re - this.#residues[2 * pole + 1] * im;
      }
      x[i] = sum;
    }
  }
}
