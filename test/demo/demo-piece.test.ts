import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoPieceOptions, demoPiece } from '../../src/demo/demo-piece.ts';
import { gainToDb, powerToDb } from '../../src/dsp/elementary.ts';

const RATE = 44100;

function rendered(options: DemoPieceOptions): [Float32Array, Float32Array] {
  const total = Math.round((options.seconds ?? 20) * (options.sampleRate ?? RATE));
  const sides: [Float32Array, Float32Array] = [new Float32Array(total), new Float32Array(total)];
  for (const { start, frames, channels } of demoPiece(options)) {
    for (const [c, side] of sides.entries()) side.set(channels[c].subarray(0, frames), start);
  }
  return sides;
}

/** SHA-256 of the samples as 32-bit floats, little-endian, left side first. */
function fingerprint(sides: readonly Float32Array[]): string {
  const hash = createHash('sha256');
  for (const side of sides) {
    const bytes = new DataView(new ArrayBuffer(4 * side.length));
    for (const [i, sample] of side.entries()) bytes.setFloat32(4 * i, sample, true);
    hash.update(new Uint8Array(bytes.buffer));
  }
  return hash.digest('hex');
}

const peakDb = (x: Float32Array) => gainToDb(x.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
const rmsDb = (x: Float32Array) => powerToDb(x.reduce((sum, sample) => sum + sample * sample, 0) / x.length);

describe('demoPiece, 20 s', () => {
  let sides: [Float32Array, Float32Array];
  const stretch = (from: number, to: number, side = 0) => sides[side].subarray(from * RATE, to * RATE);

  beforeAll(() => {
    sides = rendered({});
  });

  it('is the same to the bit on every machine', () => {
    expect(fingerprint(sides)).toBe('7d6c54186167f601879bbad50993b65866b2a22b2e3aa2acd7ddd3a3e486400e');
  });

  it('begins at about -35 dBFS RMS (4 s) and peaks in the chorus at -3.0 +- 0.1 dBFS', () => {
    expect(Math.abs(rmsDb(stretch(0, 4)) + 36)).toBeLessThan(2);
    expect(Math.abs(Math.max(...sides.map(peakDb)) + 3)).toBeLessThan(0.1);
    expect(Math.max(peakDb(stretch(8, 12)), peakDb(stretch(8, 12, 1)))).toBeGreaterThan(-3.1);
  });

  it('has more than 15 dB between intro and chorus, 10 between chorus and break, 6 between verse and chorus', () => {
    const [intro, verse, chorus, pause] = [[0, 4], [4, 8], [8, 12], [12, 14]].map(([a, b]) => rmsDb(stretch(a, b))); // biome-ignore format: pairs
    expect(chorus - intro).toBeGreaterThan(15);
    expect(chorus - pause).toBeGreaterThan(10);
    expect(chorus - verse).toBeGreaterThan(6);
  });

  it('is not mastered: crest factor of the chorus above 13 dB', () => {
    expect(peakDb(stretch(8, 12)) - rmsDb(stretch(8, 12))).toBeGreaterThan(13);
  });

  it('dies away: below -40 dBFS in its last second but one half, exact zeros in its last half second', () => {
    expect(rmsDb(stretch(18.5, 19.5))).toBeLessThan(-40);
    expect(stretch(19.5, 20).every((sample) => sample === 0)).toBe(true);
    expect(stretch(19.4, 19.5).some((sample) => sample !== 0)).toBe(true);
  });

  it('is wide but fit for mono: sides correlate between 0.2 and 0.9 in the chorus', () => {
    const [left, right] = [stretch(8, 12), stretch(8, 12, 1)];
    const product = left.reduce((sum, sample, i) => sum + sample * right[i], 0) / left.length;
    const correlation = product / 10 ** ((rmsDb(left) + rmsDb(right)) / 20);
    expect(correlation).toBeGreaterThan(0.2);
    expect(correlation).toBeLessThan(0.9);
  });

  it('has a mean below 1e-5 on both sides', () => {
    for (const side of sides) {
      expect(Math.abs(side.reduce((sum, sample) => sum + sample, 0) / side.length)).toBeLessThan(1e-5);
    }
  });

  it('does not click: in the intro, chords and notes start without a step above 8 % of the peak', () => {
    const intro = stretch(0, 4);
    const steps = intro.map((sample, i) => (i === 0 ? 0 : sample - intro[i - 1]));
    expect(peakDb(steps) - peakDb(intro)).toBeLessThan(gainToDb(0.08));
  });
});

describe('demoPiece', () => {
  it('has the same samples in blocks of 1, 7, 1024 and 50000 frames', () => {
    const whole = rendered({ seconds: 4.5, sampleRate: 8000 });
    for (const blockFrames of [1, 7, 50000]) {
      expect(rendered({ seconds: 4.5, sampleRate: 8000, blockFrames })).toEqual(whole);
    }
  });

  it.each([
    [0.01, 44100],
    [1.7, 48000],
    [61.3, 8000],
    [2, 192000],
  ])('lasts %d s at %d Hz to the frame, below full scale, and ends in silence', (seconds, sampleRate) => {
    const sides = rendered({ seconds, sampleRate });
    expect(sides[0]).toHaveLength(Math.round(seconds * sampleRate));
    expect(Math.max(...sides.map(peakDb))).toBeLessThan(0);
    expect(sides.map((side) => side.at(-1))).toEqual([0, 0]);
  });

  it('counts its blocks from 0 without a gap', () => {
    let next = 0;
    for (const { start, frames } of demoPiece({ seconds: 0.1, blockFrames: 1000 })) {
      expect(start).toBe(next);
      next += frames;
    }
    expect(next).toBe(4410);
  });

  it.each([{ seconds: 0 }, { seconds: Number.NaN }, { seconds: Infinity }, { sampleRate: 7999 }])(
    'refuses %o in one line',
    (options) => {
      expect(() => demoPiece(options)).toThrow(/^demo: .* is .*, allowed is .*$/);
    },
  );
});
