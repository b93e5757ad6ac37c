import { describe, expect, it } from 'vitest';
import { noteFreqHz, noteNumber } from '../../src/demo/pitch.ts';
import { CHORDS, FILL, songForm } from '../../src/demo/score.ts';

const sections = songForm(10).map(({ section }) => section);

describe('song form', () => {
  it('is intro 2, verse 2, chorus 2, break 1, chorus 1, ending 2 in ten bars', () => {
    const form = songForm(10).map(({ section, bars }) => `${section.name} ${bars}`);
    expect(form).toEqual(['intro 2', 'verse 2', 'chorus 2', 'break 1', 'chorus 1', 'ending 2']);
  });

  it('fills any number of bars from 1 to 500 without a gap', () => {
    for (let bars = 1; bars <= 500; bars++) {
      let next = 0;
      for (const part of songForm(bars)) {
        expect(part.firstBar).toBe(next);
        next += part.bars;
      }
      expect(next).toBe(bars);
    }
  });

  it('goes round 4 times in 116 bars, with at most 9 bars a part', () => {
    const form = songForm(116);
    expect(Math.max(...form.map(({ round }) => round))).toBe(4);
    expect(Math.max(...form.map(({ bars }) => bars))).toBe(9);
  });
});

describe('score', () => {
  it('has 16 sixteenths in every bar', () => {
    for (const { kick, snare, hats, bass, melody } of sections) {
      for (const bar of [...kick, ...snare, ...hats, ...bass, FILL]) expect(bar).toHaveLength(16);
      for (const bar of melody) expect(bar.reduce((sum, [, , length]) => sum + length, 0)).toBe(16);
    }
  });

  it('uses known chords, two a bar', () => {
    for (const { chords } of sections) {
      expect(chords.length % 2).toBe(0);
      for (const chord of chords) expect(CHORDS).toHaveProperty(chord);
    }
  });
});

describe('pitch', () => {
  it('numbers A4 69, C4 60, G#3 56 and puts them at 440, 261.63 and 207.65 Hz', () => {
    expect(['A4', 'C4', 'G#3'].map(noteNumber)).toEqual([69, 60, 56]);
    expect(noteFreqHz(69)).toBe(440);
    expect(noteFreqHz(60)).toBeCloseTo(261.626, 3);
    expect(noteFreqHz(56)).toBeCloseTo(207.652, 3);
  });
});
