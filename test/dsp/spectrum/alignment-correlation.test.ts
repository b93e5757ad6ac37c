import { describe, expect, it } from 'vitest';
import { AlignmentCorrelation } from '../../../src/dsp/spectrum/alignment-correlation.ts';
import { noise, type Signal, slice } from '../../support/signals.ts';

const FRAMES = 5000;
const X = noise(2, FRAMES, 1);
const OTHER = noise(2, FRAMES, 2);

/** The correlation of two signals of which the second comes `late` frames after the first, in blocks of up to 700. */
function correlate(x: Signal, y: Signal, late: number, room = 8): number | null {
  const meter = new AlignmentCorrelation(x.length, room);
  for (let at = 0; at < FRAMES + late; at += 613) {
    const [from, to] = [Math.min(at, FRAMES), Math.min(at + 613, FRAMES)];
    meter.before(slice(x, from, to), to - from);
    const [first, last] = [Math.max(0, at - late), Math.max(0, Math.min(at + 613 - late, FRAMES))];
    meter.after(slice(y, first, last), last - first);
  }
  return meter.value;
}

describe('the correlation of a signal with what became of it', () => {
  it.each([0, 1, 700, 3000])('is 1 for half of itself and -1 upside down, %i frames late', (late) => {
    const half = X.map((x) => x.map((value) => value / 2));
    const negative = X.map((x) => x.map((value) => -value));
    expect(correlate(X, half, late)).toBeCloseTo(1, 12);
    expect(correlate(X, negative, late)).toBeCloseTo(-1, 12);
  });

  it('is sqrt(1/2) with as much noise added, within 0.02', () => {
    const sum = X.map((x, n) => x.map((value, i) => value + OTHER[n][i]));
    expect(correlate(X, sum, 500)).toBeCloseTo(Math.SQRT1_2, 1.5);
  });

  it('is null for silence, and leaves NaN out', () => {
    expect(
      correlate(
        X,
        X.map((x) => x.map(() => 0)),
        9,
      ),
    ).toBe(null);
    const broken = X.map((x) => x.map((value, i) => (i === 44 ? Number.NaN : value)));
    expect(correlate(broken, X, 9)).toBeCloseTo(1, 12);
  });
});
