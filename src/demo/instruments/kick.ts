import { exp } from '../../dsp/elementary.ts';
import { Envelope } from '../envelope.ts';
import type { Instrument, Mix } from '../mix.ts';
import { readTable, SINE } from '../wavetable.ts';

const BODY_HZ = 47;
/** Hz above the body where the pitch begins, and the time constants in seconds with which both parts fall. */
const DROP = { hz: 150, seconds: 0.035 };
const CLICK = { hz: 1200, seconds: 0.004 };

/** Bass drum: a sine whose pitch drops. Its phase runs on from stroke to stroke, so a quick repeat does not click. */
export class Kick implements Instrument {
  readonly #envelope: Envelope;
  readonly #sampleRate: number;
  readonly #dropFactor: number;
  readonly #clickFactor: number;
  #drop = 0;
  #click = 0;
  #phase = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#envelope = new Envelope(sampleRate, { attack: 0.001, decay: 0.095 });
    this.#dropFactor = exp(-1 / (DROP.seconds * sampleRate));
    this.#clickFactor = exp(-1 / (CLICK.seconds * sampleRate));
  }

  hit(velocity: number): void {
    this.#envelope.start(velocity);
    this.#drop = DROP.hz;
    this.#click = CLICK.hz;
  }

  play({ left, right }: Mix, from: number, to: number): void {
    for (let i = from; i < to && !this.#envelope.idle; i++) {
      const out = this.#envelope.next() * readTable(SINE, this.#phase);
      left[i] += out;
      right[i] += out;
      this.#phase += (BODY_HZ + this.#drop + this.#click) / this.#sampleRate;
      this.#phase -= Math.floor(this.#phase);
      this.#drop *= this.#dropFactor;
      this.#click *= this.#clickFactor;
    }
  }
}
