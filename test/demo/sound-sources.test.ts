import { describe, expect, it } from 'vitest';
import { Envelope } from '../../src/demo/envelope.ts';
import { Noise } from '../../src/demo/noise.ts';
import { StateVariableFilter } from '../../src/demo/state-variable-filter.ts';
import { glottalTable, harmonicsBelowNyquist, readTable, SINE, sawTable } from '../../src/demo/wavetable.ts';

describe('Envelope', () => {
  it('reaches its peak after the attack, in steps of peak / attack frames, also when struck again', () => {
    const envelope = new Envelope(1000, { attack: 0.01, decay: 0.05 });
    envelope.start(0.5);
    const levels = Array.from({ length: 30 }, (_, i) => {
      if (i === 20) envelope.start(0.5);
      return envelope.next();
    });
    expect(levels[9]).toBeCloseTo(0.5, 12);
    const steps = levels.slice(1).map((level, i) => level - levels[i]);
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.05 + 1e-12);
  });

  it('falls to 37 % of the peak in its decay time and is idle once 100 dB down', () => {
    const envelope = new Envelope(1000, { attack: 0.001, decay: 0.1 });
    envelope.start(1);
    const levels = Array.from({ length: 1300 }, () => envelope.next());
    expect(levels[100]).toBeCloseTo(Math.exp(-1), 6);
    expect([levels[1100] > 0, levels[1200], envelope.idle]).toEqual([true, 0, true]);
  });
});

describe('wavetables', () => {
  it('read a sine within 2e-6', () => {
    for (let phase = 0; phase < 1; phase += 0.00371) {
      expect(Math.abs(readTable(SINE, phase) - Math.sin(2 * Math.PI * phase))).toBeLessThan(2e-6);
    }
  });

  it('have a saw that is the sum of its harmonics, with zero mean', () => {
    const saw = sawTable(5);
    const expected = [1, 2, 3, 4, 5].reduce(
      (sum, k) => sum + Math.sin((2 * Math.PI * k * 300) / 2048) / k,
      0,
    );
    expect(saw[300]).toBeCloseTo((2 / Math.PI) * expected, 12);
    expect(Math.abs(saw.subarray(0, -1).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9);
  });

  it('have a glottal pulse of peak 1 and zero mean', () => {
    const pulse = glottalTable(28);
    expect(Math.max(...pulse.map(Math.abs))).toBe(1);
    expect(Math.abs(pulse.subarray(0, -1).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9);
  });

  it('take no harmonic above 0.45 of the sample rate: 36 at 110 Hz and 8.9 kHz, never more than 40', () => {
    expect(harmonicsBelowNyquist(110, 8900)).toBe(36);
    expect(harmonicsBelowNyquist(20, 192000)).toBe(40);
  });
});

describe('StateVariableFilter', () => {
  it('passes half the amplitude squared at its frequency with q = 0.7071', () => {
    const filter = new StateVariableFilter(48000, 1000, Math.SQRT1_2);
    const out = Array.from({ length: 9600 }, (_, n) =>
      filter.lowpass(Math.sin((2 * Math.PI * 1000 * n) / 48000)),
    );
    expect(Math.max(...out.slice(4800))).toBeCloseTo(Math.SQRT1_2, 3);
  });
});

describe('Noise', () => {
  it('repeats for the same seed, stays within -1..1, and has a mean square of 1/3 within 1 %', () => {
    const [a, b] = [new Noise(7), new Noise(7)];
    const values = Array.from({ length: 100_000 }, () => a.next());
    expect(Array.from({ length: 100 }, () => b.next())).toEqual(values.slice(0, 100));
    expect(values.every((value) => value >= -1 && value < 1)).toBe(true);
    expect(
      Math.abs(3 * (values.reduce((sum, value) => sum + value * value, 0) / values.length) - 1),
    ).toBeLessThan(0.01);
  });
});
