import { Envelope } from '../envelope.ts';
import { CONTROL_FRAMES, type Instrument, type Mix } from '../mix.ts';
import { noteFreqHz } from '../pitch.ts';
import { StateVariableFilter } from '../state-variable-filter.ts';
import { harmonicsBelowNyquist, readTable, SINE, sawTable, type Wavetable } from '../wavetable.ts';

/** Electric bass: a saw behind a filter that closes as the note fades, and a sine an octave of warmth below. */
export class Bass implements Instrument {
  readonly #sampleRate: number;
  readonly #envelope: Envelope;
  readonly #pluck: Envelope;
  readonly #filter: StateVariableFilter;
  #table: Wavetable = SINE;
  #phase = 0;
  #step = 0;
  #frame = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#envelope = new Envelope(sampleRate, { attack: 0.004, decay: 0.5, sustain: 0.3, release: 0.03 });
    this.#pluck = new Envelope(sampleRate, { attack: 0.003, decay: 0.09, sustain: 0.12 });
    this.#filter = new StateVariableFilter(sampleRate, 300, 0.9);
  }

  start(note: number, velocity: number): void {
    const freqHz = noteFreqHz(note);
    this.#step = freqHz / this.#sampleRate;
    this.#table = sawTable(harmonicsBelowNyquist(freqHz, this.#sampleRate));
    this.#envelope.start(velocity);
    this.#pluck.start(velocity);
  }

  stop(): void {
    this.#envelope.stop();
  }

  play({ left, right }: Mix, from: number, to: number): void {
    for (let i = from; i < to && !this.#envelope.idle; i++) {
      const pluck = this.#pluck.next();
      if (this.#frame % CONTROL_FRAMES === 0) this.#filter.tune(180 + 1700 * pluck, 0.9);
      this.#frame += 1;
      const string = this.#filter.lowpass(readTable(this.#table, this.#phase));
      const out = this.#envelope.next() * (0.6 * string + 0.5 * readTable(SINE, this.#phase));
      left[i] += out;
      right[i] += out;
      this.#phase = (this.#phase + this.#step) % 1;
    }
  }
}
