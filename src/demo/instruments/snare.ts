import { Envelope } from '../envelope.ts';
import type { Instrument, Mix } from '../mix.ts';
import { Noise } from '../noise.ts';
import { StateVariableFilter } from '../state-variable-filter.ts';
import { readTable, SINE } from '../wavetable.ts';

/** The two lowest modes of the head in Hz, and how loud each is beside the wires. */
const MODES = [
  { hz: 186, gain: 0.5 },
  { hz: 331, gain: 0.22 },
] as const;
const ROOM = 0.3;

/** Snare drum: two modes of the head and the noise of the wires. */
export class Snare implements Instrument {
  readonly #head: Envelope;
  readonly #wires: Envelope;
  readonly #noise = new Noise(0x51a2e);
  readonly #filter: StateVariableFilter;
  readonly #steps: readonly number[];
  readonly #phases = new Float64Array(MODES.length);

  constructor(sampleRate: number) {
    this.#head = new Envelope(sampleRate, { attack: 0.0008, decay: 0.05 });
    this.#wires = new Envelope(sampleRate, { attack: 0.0008, decay: 0.075 });
    this.#filter = new StateVariableFilter(sampleRate, 1900, 0.8);
    this.#steps = MODES.map(({ hz }) => hz / sampleRate);
  }

  hit(velocity: number): void {
    this.#head.start(velocity);
    this.#wires.start(velocity);
  }

  play({ left, right, room }: Mix, from: number, to: number): void {
    for (let i = from; i < to && !(this.#head.idle && this.#wires.idle); i++) {
      let head = 0;
      for (let m = 0; m < MODES.length; m++) {
        head += MODES[m].gain * readTable(SINE, this.#phases[m]);
        this.#phases[m] = (this.#phases[m] + this.#steps[m]) % 1;
      }
      const wires = this.#filter.highpass(this.#noise.next());
      const out = this.#head.next() * head + 0.45 * this.#wires.next() * wires;
      left[i] += 0.95 * out;
      right[i] += out;
      room[i] += ROOM * out;
    }
  }
}
