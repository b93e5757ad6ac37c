import { dbToGain, exp } from '../../dsp/elementary.ts';
import { Envelope } from '../envelope.ts';
import { CONTROL_FRAMES, type Instrument, type Mix } from '../mix.ts';
import { Noise } from '../noise.ts';
import { noteFreqHz } from '../pitch.ts';
import { StateVariableFilter } from '../state-variable-filter.ts';
import { glottalTable, harmonicsBelowNyquist, readTable, SINE, type Wavetable } from '../wavetable.ts';

/**
 * First three formants of women's vowels, frequency in Hz and level in dB. Peterson and Barney, J. Acoust. Soc.
 * Am. 24(2), 1952, table II.
 */
const VOWELS = {
  i: { hz: [310, 2790, 3310], db: [-5, -24, -28] },
  e: { hz: [610, 2330, 2990], db: [-2, -17, -24] },
  a: { hz: [850, 1220, 2810], db: [-1, -5, -28] },
  o: { hz: [590, 920, 2710], db: [0, -7, -34] },
  u: { hz: [370, 950, 2670], db: [-3, -19, -43] },
} as const;
export type Vowel = keyof typeof VOWELS;

const FORMANTS = 3;
/** Bandwidths of the formants in Hz: wide, as a note that meets a formant must not leap out. */
const BANDWIDTHS = [160, 180, 240];
/** The levels are those of the radiated voice; so many dB give back what the slope of the pulse's spectrum takes. */
const LIFT_DB = [0, 6, 15];
/** Rate, depth and the time constant in seconds with which it sets in. */
const VIBRATO = { hz: 5.4, semitones: 0.28, onset: 0.35 };
/** Time constants in seconds of the glide from note to note and from vowel to vowel. */
const GLIDE = { note: 0.025, vowel: 0.05 };
/** The highest note sung is near 700 Hz; the pulse has the harmonics that fit above it. */
const HIGHEST_HZ = 700;
const ROOM = 0.4;

/** Part of the way to a target that one control step goes. */
const approach = (seconds: number, sampleRate: number): number =>
  1 - exp(-CONTROL_FRAMES / (seconds * sampleRate));

/** A singer: glottal pulses and breath through moving formants, with vibrato that sets in late. */
export class Voice implements Instrument {
  readonly #sampleRate: number;
  readonly #pulse: Wavetable;
  readonly #breath = new Noise(0xb4ea7);
  readonly #envelope: Envelope;
  readonly #filters: readonly StateVariableFilter[];
  readonly #hz = Float64Array.from(VOWELS.a.hz);
  readonly #gains = new Float64Array(FORMANTS);
  readonly #noteApproach: number;
  readonly #vowelApproach: number;
  readonly #vibratoApproach: number;
  #vowel: Vowel = 'a';
  #target = 69;
  #note = 69;
  #vibratoDepth = 0;
  #vibratoPhase = 0;
  #phase = 0;
  #step = 0;
  #frame = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#pulse = glottalTable(harmonicsBelowNyquist(HIGHEST_HZ, sampleRate));
    this.#envelope = new Envelope(sampleRate, { attack: 0.045, decay: 0.8, sustain: 0.75, release: 0.07 });
    this.#filters = BANDWIDTHS.map(
      (width, n) => new StateVariableFilter(sampleRate, this.#hz[n], this.#hz[n] / width),
    );
    this.#noteApproach = approach(GLIDE.note, sampleRate);
    this.#vowelApproach = approach(GLIDE.vowel, sampleRate);
    this.#vibratoApproach = approach(VIBRATO.onset, sampleRate);
  }

  /** Sings a note, gliding from the last one when that still sounds. */
  start(note: number, vowel: Vowel, velocity: number): void {
    if (this.#envelope.idle) this.#note = note - 0.7;
    this.#target = note;
    this.#vowel = vowel;
    this.#vibratoDepth = 0;
    this.#envelope.start(velocity);
  }

  stop(): void {
    this.#envelope.stop();
  }

  play({ left, right, room }: Mix, from: number, to: number): void {
    for (let i = from; i < to && !this.#envelope.idle; i++) {
      if (this.#frame % CONTROL_FRAMES === 0) this.#control();
      this.#frame += 1;
      const source = readTable(this.#pulse, this.#phase) + 0.02 * this.#breath.next();
      this.#phase = (this.#phase + this.#step) % 1;
      let sung = 0;
      for (let n = 0; n < FORMANTS; n++) sung += this.#gains[n] * this.#filters[n].bandpass(source);
      const out = this.#envelope.next() * sung;
      left[i] += out;
      right[i] += 0.9 * out;
      room[i] += ROOM * out;
    }
  }

  /** Moves pitch and vowel on by one control step. */
  #control(): void {
    this.#note += this.#noteApproach * (this.#target - this.#note);
    this.#vibratoDepth += this.#vibratoApproach * (VIBRATO.semitones - this.#vibratoDepth);
    this.#vibratoPhase = (this.#vibratoPhase + (VIBRATO.hz * CONTROL_FRAMES) / this.#sampleRate) % 1;
    const bend = this.#vibratoDepth * readTable(SINE, this.#vibratoPhase);
    this.#step = noteFreqHz(this.#note + bend) / this.#sampleRate;
    const { hz, db } = VOWELS[this.#vowel];
    for (let n = 0; n < FORMANTS; n++) {
      this.#hz[n] += this.#vowelApproach * (hz[n] - this.#hz[n]);
      this.#gains[n] += this.#vowelApproach * (dbToGain(db[n] + LIFT_DB[n]) - this.#gains[n]);
      this.#filters[n].tune(this.#hz[n], this.#hz[n] / BANDWIDTHS[n]);
    }
  }
}
