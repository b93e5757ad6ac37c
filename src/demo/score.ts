import type { Vowel } from './instruments/voice.ts';

/** A sung note: pitch (or `-` for a rest), vowel, length in sixteenths. */
export type SungNote = readonly [pitch: string, vowel: Vowel, sixteenths: number];

/**
 * One part of the song. Lists with one entry a bar start again when they are shorter than the part. In a drum
 * bar `x` is a stroke, `X` a strong one, `o` an open hi-hat; in a bass bar a digit is a step of the chord (1 root, 5
 * fifth, 8 octave), `-` holds and `.` is silence. A bar has 16 sixteenths.
 */
export interface Section {
  readonly name: string;
  /** Its length in bars in the ten-bar form of 20 seconds. */
  readonly bars: number;
  /** Dynamic in dB at its beginning and end. */
  readonly dynamics: readonly [number, number];
  /** Where the overtones of the pad end, in Hz. */
  readonly brightHz: number;
  /** Two a bar. */
  readonly chords: readonly string[];
  readonly kick: readonly string[];
  readonly snare: readonly string[];
  readonly hats: readonly string[];
  readonly bass: readonly string[];
  readonly melody: readonly (readonly SungNote[])[];
}

/** Bass note first, then what the pad plays. */
export const CHORDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  Am: ['A1', 'A3', 'C4', 'E4', 'G4'],
  F: ['F1', 'F3', 'A3', 'C4', 'E4'],
  C: ['C2', 'G3', 'C4', 'D4', 'E4'],
  G: ['G1', 'G3', 'B3', 'D4', 'E4'],
  Dm: ['D2', 'F3', 'A3', 'C4', 'D4'],
  E: ['E1', 'E3', 'G#3', 'B3', 'D4'],
};

const REST = '................';
/** Snare of the last bar of a part that another one follows. */
export const FILL = '....X.......xxXX';

const INTRO: Section = {
  name: 'intro',
  bars: 2,
  dynamics: [-14.5, -14],
  brightHz: 700,
  chords: ['Am', 'F', 'C', 'G'],
  kick: [REST],
  snare: [REST],
  hats: [REST],
  bass: [REST],
  melody: [
    [['-', 'u', 6], ['A4', 'u', 6], ['G4', 'u', 4]],
    [['E4', 'u', 10], ['-', 'u', 6]],
  ],
}; // biome-ignore format: a score

const VERSE: Section = {
  name: 'verse',
  bars: 2,
  dynamics: [-11.5, -6],
  brightHz: 1100,
  chords: ['Am', 'F', 'C', 'G', 'Am', 'F', 'Dm', 'E'],
  kick: ['X.......x.x.....', 'X.......x.....x.'],
  snare: ['....x.......x...'],
  hats: ['x.x.x.x.x.x.x.x.', 'x.x.x.x.x.x.x.xx'],
  bass: ['1-----1.1-----5.', '1-----1.1---5-8.'],
  melody: [
    [
      ['A4', 'a', 3],
      ['A4', 'i', 1],
      ['C5', 'o', 4],
      ['B4', 'e', 2],
      ['A4', 'a', 4],
      ['-', 'a', 2],
    ],
    [
      ['G4', 'o', 4],
      ['E4', 'e', 2],
      ['G4', 'a', 6],
      ['-', 'a', 4],
    ],
    [
      ['A4', 'i', 3],
      ['C5', 'a', 3],
      ['D5', 'e', 4],
      ['C5', 'o', 4],
      ['-', 'o', 2],
    ],
    [
      ['B4', 'a', 4],
      ['A4', 'e', 2],
      ['G#4', 'i', 6],
      ['-', 'i', 4],
    ],
  ],
};

const CHORUS: Section = {
  name: 'chorus',
  bars: 2,
  dynamics: [-0.5, 0],
  brightHz: 2600,
  chords: ['F', 'C', 'G', 'Am', 'F', 'C', 'G', 'E'],
  kick: ['X...x...X...x.x.', 'X...x.x.X...x...'],
  snare: ['....X.......X...', '....X..x....X...'],
  hats: ['x.o.x.o.x.o.x.o.', 'x.o.x.o.x.oxx.o.'],
  bass: ['1-1-1-8-1-1-5-8-', '1-1-8-1-1-1-8-5-'],
  melody: [
    [
      ['C5', 'a', 6],
      ['A4', 'a', 2],
      ['C5', 'e', 4],
      ['D5', 'i', 4],
    ],
    [
      ['E5', 'a', 6],
      ['D5', 'o', 2],
      ['C5', 'a', 6],
      ['-', 'a', 2],
    ],
    [
      ['C5', 'o', 4],
      ['D5', 'a', 4],
      ['E5', 'e', 6],
      ['D5', 'i', 2],
    ],
    [
      ['D5', 'a', 8],
      ['B4', 'o', 4],
      ['-', 'o', 4],
    ],
  ],
};

const BREAK: Section = {
  name: 'break',
  bars: 1,
  dynamics: [-12, -9],
  brightHz: 800,
  chords: ['Dm', 'Am', 'F', 'G'],
  kick: [REST],
  snare: [REST, '........x.x.xxxx'],
  hats: ['x...x...x...x...'],
  bass: ['1---------------'],
  melody: [
    [
      ['F4', 'u', 6],
      ['A4', 'o', 6],
      ['-', 'o', 4],
    ],
    [
      ['G4', 'o', 6],
      ['B4', 'a', 6],
      ['-', 'a', 4],
    ],
  ],
};

const ENDING: Section = {
  name: 'ending',
  bars: 2,
  dynamics: [-9, -24],
  brightHz: 1200,
  chords: ['Am', 'Am'],
  kick: ['X...............', REST],
  snare: [REST],
  hats: [REST],
  bass: ['1---------------', REST],
  melody: [
    [
      ['A4', 'a', 12],
      ['-', 'a', 4],
    ],
    [['-', 'a', 16]],
  ],
};

/** A part of the song at its place. */
export interface PlacedSection {
  readonly section: Section;
  readonly firstBar: number;
  readonly bars: number;
  /** How many times the verse-to-chorus round has gone before: what varies from round to round goes by this. */
  readonly round: number;
}

/** Verse, chorus, break and last chorus; longer songs go round more often. */
const ROUND: readonly Section[] = [VERSE, CHORUS, BREAK, { ...CHORUS, bars: 1 }];
/** Bars for which one round is enough. */
const BARS_A_ROUND = 28;

/** The song in `bars` bars: each part has its share of them, and in a very short song some have none. */
export function songForm(bars: number): PlacedSection[] {
  const rounds = Math.max(1, Math.round(bars / BARS_A_ROUND));
  const parts = [
    { section: INTRO, round: 0 },
    ...Array.from({ length: rounds }, (_, round) => ROUND.map((section) => ({ section, round }))).flat(),
    { section: ENDING, round: rounds },
  ];
  const shares = parts.reduce((sum, { section }) => sum + section.bars, 0);
  let share = 0;
  return parts
    .map((part) => {
      const firstBar = Math.round((share * bars) / shares);
      share += part.section.bars;
      return { ...part, firstBar, bars: Math.round((share * bars) / shares) - firstBar };
    })
    .filter((part) => part.bars > 0);
}
