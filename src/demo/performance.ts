import { dbToGain } from '../dsp/elementary.ts';
import { Bass } from './instruments/bass.ts';
import { Cymbal } from './instruments/cymbal.ts';
import { Kick } from './instruments/kick.ts';
import { Pad } from './instruments/pad.ts';
import { Snare } from './instruments/snare.ts';
import { Voice } from './instruments/voice.ts';
import type { Instrument, Mix } from './mix.ts';
import { noteNumber } from './pitch.ts';
import { CHORDS, FILL, type PlacedSection, type SungNote } from './score.ts';

/** Sixteenths in a bar. */
export const STEPS_A_BAR = 16;

/** How loud each instrument is at full dynamic. */
const GAINS = { kick: 0.46, snare: 0.46, hat: 0.15, crash: 0.2, bass: 0.16, pad: 0.2, voice: 0.62 };
/** A plain stroke beside a strong one. */
const PLAIN = 0.72;
/** Semitones of the steps of a chord that the bass plays. */
const BASS_STEPS: Readonly<Record<string, number>> = { 1: 0, 5: 7, 8: 12 };

/** Entry of a list that starts again at its end. */
const cycled = <T>(list: readonly T[], index: number): T => list[index % list.length];

/** The sung note that begins at a sixteenth of a bar, or undefined. */
function noteAt(notes: readonly SungNote[], step: number): SungNote | undefined {
  let begins = 0;
  for (const note of notes) {
    if (begins === step) return note;
    begins += note[2];
  }
  return undefined;
}

/** The band with its score: told each sixteenth what comes next, and asked for sound between them. */
export class Performance {
  readonly #form: readonly PlacedSection[];
  readonly #kick: Kick;
  readonly #snare: Snare;
  readonly #hat: Cymbal;
  readonly #openHat: Cymbal;
  readonly #crash: Cymbal;
  readonly #bass: Bass;
  readonly #pad: Pad;
  readonly #voice: Voice;
  readonly #instruments: readonly Instrument[];

  constructor(form: readonly PlacedSection[], sampleRate: number) {
    this.#form = form;
    this.#kick = new Kick(sampleRate);
    this.#snare = new Snare(sampleRate);
    this.#hat = new Cymbal(sampleRate, { freqHz: 7500, decay: 0.022, pan: 0.3, seed: 0x4a7 });
    this.#openHat = new Cymbal(sampleRate, { freqHz: 6800, decay: 0.11, pan: 0.3, seed: 0x09e4 });
    this.#crash = new Cymbal(sampleRate, { freqHz: 3800, decay: 0.55, pan: -0.3, seed: 0xc4a54 });
    this.#bass = new Bass(sampleRate);
    this.#pad = new Pad(sampleRate);
    this.#voice = new Voice(sampleRate);
    this.#instruments = [
      this.#kick,
      this.#snare,
      this.#hat,
      this.#openHat,
      this.#crash,
      this.#bass,
      this.#pad,
      this.#voice,
    ];
  }

  /** Adds frames `from` to `to` (excluded) of every instrument. */
  play(mix: Mix, from: number, to: number): void {
    for (const instrument of this.#instruments) instrument.play(mix, from, to);
  }

  /** What happens at a sixteenth, counted from the start; after the last bar everybody stops. */
  turnTo(sixteenth: number): void {
    const bar = Math.floor(sixteenth / STEPS_A_BAR);
    const placed = this.#form.find(({ firstBar, bars }) => bar >= firstBar && bar < firstBar + bars);
    if (!placed) {
      this.#bass.stop();
      this.#pad.stop();
      this.#voice.stop();
      return;
    }
    const inSection = bar - placed.firstBar;
    const step = sixteenth % STEPS_A_BAR;
    const [first, last] = placed.section.dynamics;
    const progress = (inSection + step / STEPS_A_BAR) / placed.bars;
    const dynamic = dbToGain(first + (last - first) * progress);
    this.#playDrums(placed, inSection, step, dynamic);
    this.#playChords(placed, inSection, step, dynamic);
    this.#sing(placed, inSection, step, dynamic);
  }

  #playDrums({ section, bars, round }: PlacedSection, bar: number, step: number, dynamic: number): void {
    const isFill = section.name === 'verse' && bar === bars - 1;
    const strength = (mark: string) => (mark === 'X' ? dynamic : PLAIN * dynamic);
    const kick = cycled(section.kick, bar)[step];
    const snare = isFill ? FILL[step] : cycled(section.snare, bar + round)[step];
    const hat = cycled(section.hats, bar + round)[step];
    if (kick !== '.') this.#kick.hit(GAINS.kick * strength(kick));
    if (snare !== '.') this.#snare.hit(GAINS.snare * strength(snare));
    if (hat === 'o') this.#openHat.hit(GAINS.hat * dynamic);
    if (hat === 'x') {
      this.#openHat.choke();
      this.#hat.hit(GAINS.hat * dynamic * (step % 4 === 0 ? 1 : PLAIN));
    }
    if (section.name === 'chorus' && bar === 0 && step === 0) this.#crash.hit(GAINS.crash);
  }

  #playChords({ section, round }: PlacedSection, bar: number, step: number, dynamic: number): void {
    const half = Math.floor(step / (STEPS_A_BAR / 2));
    const [root, ...notes] = CHORDS[cycled(section.chords, 2 * bar + half)].map(noteNumber);
    if (step % (STEPS_A_BAR / 2) === 0) {
      this.#pad.start(notes, GAINS.pad * dynamic, section.brightHz * (1 + 0.1 * round));
    }
    const bass = cycled(section.bass, bar)[step];
    if (bass === '.') this.#bass.stop();
    else if (bass !== '-') this.#bass.start(root + BASS_STEPS[bass], GAINS.bass * dynamic);
  }

  #sing({ section, round }: PlacedSection, bar: number, step: number, dynamic: number): void {
    const note = noteAt(cycled(section.melody, bar + 2 * round), step);
    if (!note) return;
    const [pitch, vowel] = note;
    if (pitch === '-') this.#voice.stop();
    else this.#voice.start(noteNumber(pitch), vowel, GAINS.voice * dynamic);
  }
}
