import { Envelope } from '../envelope.ts';
import type { Instrument, Mix } from '../mix.ts';
import { noteFreqHz } from '../pitch.ts';
import { StateVariableFilter } from '../state-variable-filter.ts';
import { harmonicsBelowNyquist, readTable, sawTable, type Wavetable } from '../wavetable.ts';

/** Notes that a chord may have. */
const MAX_NOTES = 5;
/** The left side is tuned up by so much and the right side down: 4 cents. */
const DETUNE = 1.0023;
const ROOM = 0.35;

/** One chord that swells and fades, a saw a note and side. */
class Chord {
  readonly #sampleRate: number;
  readonly #envelope: Envelope;
  readonly #tables: Wavetable[] = [];
  readonly #leftPhases: Float64Array;
  readonly #rightPhases: Float64Array;
  readonly #steps = new Float64Array(MAX_NOTES);
  left = 0;
  right = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#envelope = new Envelope(sampleRate, { attack: 0.12, decay: 1.5, sustain: 0.7, release: 0.25 });
    this.#leftPhases = Float64Array.from({ length: MAX_NOTES }, (_, n) => (0.37 * n) % 1);
    this.#rightPhases = Float64Array.from({ length: MAX_NOTES }, (_, n) => (0.5 + 0.29 * n) % 1);
  }

  get idle(): boolean {
    return this.#envelope.idle;
  }

  start(notes: readonly number[], velocity: number): void {
    this.#steps.fill(0);
    for (const [n, note] of notes.entries()) {
      const freqHz = noteFreqHz(note);
      this.#steps[n] = freqHz / this.#sampleRate;
      this.#tables[n] = sawTable(harmonicsBelowNyquist(freqHz, this.#sampleRate));
    }
    this.#tables.length = notes.length;
    this.#envelope.start(velocity / notes.length);
  }

  stop(): void {
    this.#envelope.stop();
  }

  /** Moves on by one frame and leaves what sounds in `left` and `right`. */
  advance(): void {
    const level = this.#envelope.next();
    let [left, right] = [0, 0];
    for (let n = 0; n < this.#tables.length; n++) {
      left += readTable(this.#tables[n], this.#leftPhases[n]);
      right += readTable(this.#tables[n], this.#rightPhases[n]);
      this.#leftPhases[n] = (this.#leftPhases[n] + DETUNE * this.#steps[n]) % 1;
      this.#rightPhases[n] = (this.#rightPhases[n] + this.#steps[n] / DETUNE) % 1;
    }
    this.left = level * left;
    this.right = level * right;
  }
}

/** Strings from a synthesiser: chords that melt into each other, wide in stereo. */
export class Pad implements Instrument {
  readonly #chords: readonly [Chord, Chord];
  readonly #filters: readonly [StateVariableFilter, StateVariableFilter];
  #turn = 0;

  constructor(sampleRate: number) {
    this.#chords = [new Chord(sampleRate), new Chord(sampleRate)];
    this.#filters = [
      new StateVariableFilter(sampleRate, 900, 0.7),
      new StateVariableFilter(sampleRate, 900, 0.7),
    ];
  }

  /** Fades to a chord of at most 5 notes; `brightHz` is where its overtones end. */
  start(notes: readonly number[], velocity: number, brightHz: number): void {
    this.#chords[this.#turn].stop();
    this.#turn = 1 - this.#turn;
    this.#chords[this.#turn].start(notes, velocity);
    for (const filter of this.#filters) filter.tune(brightHz, 0.7);
  }

  stop(): void {
    this.#chords[this.#turn].stop();
  }

  play({ left, right, room }: Mix, from: number, to: number): void {
    const [a, b] = this.#chords;
    const [leftFilter, rightFilter] = this.#filters;
    for (let i = from; i < to && !(a.idle && b.idle); i++) {
      a.advance();
      b.advance();
      const l = leftFilter.lowpass(a.left + b.left);
      const r = rightFilter.lowpass(a.right + b.right);
      left[i] += l + 0.25 * r;
      right[i] += r + 0.25 * l;
      room[i] += ROOM * (l + r);
    }
  }
}
