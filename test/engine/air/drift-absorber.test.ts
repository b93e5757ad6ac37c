import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { DriftAbsorber } from '../../../src/engine/air/drift-absorber.ts';
import type { ProgrammeFeed } from '../../../src/engine/air/programme-feed.ts';

/** Low, so that hours take seconds. */
const RATE = 2000;
const PIECE = RATE / 100;
/** A tone of the sender's clock, 100 frames of which repeat. */
const FREQUENCY = 140;
const TONE = Float32Array.from(
  { length: 100 + PIECE },
  (_, n) => 0.5 * Math.sin((2 * Math.PI * FREQUENCY * n) / RATE),
);

interface Sender {
  /** How much faster its clock runs, in millionths. */
  readonly ppm: number;
  readonly packetMs: number;
  /** By how many ms a packet is late on its way. */
  readonly late?: () => number;
}

/** Lets a sender and a listener run for some hours, each by its own clock, and says what waited in between. */
function simulate({ ppm, packetMs, late = () => 0 }: Sender, hours: number) {
  let now = 0;
  let sent = 0;
  let read = 0;
  const feed = {
    end: null,
    read: ([target]: Float32Array[], frames: number): number => {
      const count = Math.min(frames, sent - read);
      target.set(TONE.subarray(read % 100, (read % 100) + count));
      read += count;
      return count;
    },
  } as unknown as ProgrammeFeed;
  const locks: (number | null)[] = [];
  const absorber = new DriftAbsorber({
    format: audioFormat(RATE, 1),
    frames: PIECE,
    backend: 'wasm',
    clock: { now: () => now, after: () => () => {}, date: () => new Date(0) },
    onLock: (ppm) => locks.push(ppm),
  });
  const target = [new Float32Array(PIECE)];
  const tail: number[] = [];
  const waits = { least: Number.POSITIVE_INFINITY, most: 0 };
  let missed = 0;
  let origin = Number.NaN;
  const ends = hours * 3_600_000;
  let packetDue = packetMs;
  // Never at the moment of a packet.
  let pieceDue = 3;
  for (let packets = 1; now < ends; ) {
    now = Math.min(packetDue, pieceDue);
    if (packetDue <= pieceDue) {
      sent += (RATE * packetMs) / 1000;
      packets++;
      packetDue = Math.max(now, (packets * packetMs) / (1 + ppm * 1e-6) + late());
      absorber.collect(feed);
      continue;
    }
    const given = absorber.read(target, PIECE, false);
    if (Number.isNaN(origin) && given) origin = now;
    if (!Number.isNaN(origin)) {
      if (!given) missed++;
      waits.least = Math.min(waits.least, (absorber.frames / RATE) * 1000);
      waits.most = Math.max(waits.most, (absorber.frames / RATE) * 1000);
      if (given && now > ends - 2000) tail.push(...target[0]);
    }
    pieceDue += 10;
  }
  return { absorber, locks, waits, missed, tail };
}

/** What is left of a signal besides one tone near a frequency in rad a frame, in dB below it. */
function residueDb(signal: readonly number[], near: number): number {
  let frequency = near;
  let left = 0;
  let power = 0;
  for (let round = 0; round < 6; round++) {
    // Linearised in the frequency: cos, sin, and how they change with it.
    const columns = [
      signal.map((_, n) => Math.cos(frequency * n)),
      signal.map((_, n) => Math.sin(frequency * n)),
      signal.map((_, n) => n * Math.cos(frequency * n)),
      signal.map((_, n) => n * Math.sin(frequency * n)),
    ];
    const [a, b, c, d] = leastSquares(columns, signal);
    frequency += (a * d - b * c) / (a * a + b * b);
    left = signal.reduce((sum, value, n) => {
      const rest = value - a * columns[0][n] - b * columns[1][n] - c * columns[2][n] - d * columns[3][n];
      return sum + rest * rest;
    }, 0);
    power = signal.reduce((sum, value) => sum + value * value, 0);
  }
  return 10 * Math.log10(left / power);
}

function leastSquares(columns: readonly number[][], signal: readonly number[]): number[] {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, v, n) => sum + v * y[n], 0);
  const rows = columns.map((x) => [...columns.map((y) => dot(x, y)), dot(x, signal)]);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < rows.length; j++) {
      if (i === j) continue;
      const share = rows[j][i] / rows[i][i];
      rows[j] = rows[j].map((value, k) => value - share * rows[i][k]);
    }
  }
  return rows.map((row, i) => row[rows.length] / row[i]);
}

describe('a sender whose clock is not ours', () => {
  it.each([
    [200, 2],
    [-200, 1],
    [37, 1],
  ])(
    'by %i ppm, for %i h: 65 to 125 ms wait, no piece is missed, the ratio comes to 1 ppm and a tone stays clean to -100 dB',
    (ppm, hours) => {
      const { absorber, locks, waits, missed, tail } = simulate({ ppm, packetMs: 20 }, hours);
      expect(Math.abs(absorber.ratio - 1 - ppm * 1e-6)).toBeLessThan(1e-6);
      expect(missed).toBe(0);
      expect(waits.least).toBeGreaterThan(65);
      expect(waits.most).toBeLessThan(125);
      expect(locks).toHaveLength(1);
      expect(Math.abs(locks[0]! - ppm)).toBeLessThan(10);
      const heard = (2 * Math.PI * FREQUENCY * (1 + ppm * 1e-6)) / RATE;
      expect(residueDb(tail, heard)).toBeLessThan(-100);
    },
  );

  it('by 100 ppm, its packets up to 30 ms late on their way: no piece is missed and the ratio comes to 20 ppm', () => {
    let state = 1;
    const late = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return (30 * state) / 2_147_483_647;
    };
    const { absorber, missed } = simulate({ ppm: 100, packetMs: 20, late }, 0.5);
    expect(missed).toBe(0);
    expect(Math.abs(absorber.ratio - 1 - 100e-6)).toBeLessThan(20e-6);
  });
});
