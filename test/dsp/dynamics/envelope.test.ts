import { describe, expect, it } from 'vitest';
import { Envelope, smoothingCoefficient } from '../../../src/dsp/dynamics/envelope.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { maxAbsDifference, noise } from '../../support/signals.ts';

/** The follower as everyone writes it first. */
function branching(x: Float64Array, attack: number, release: number): Float64Array {
  let e = 0;
  return x.map((value) => {
    const c = value > e ? attack : release;
    e = c * e + (1 - c) * value;
    return e;
  });
}

const SIGNALS = noise(3, 44100, 1, 1).map((channel) => Float64Array.from(channel, Math.abs));
const TIMES = [
  { attack: 10, release: 100 },
  { attack: 100, release: 10 },
  { attack: 20, release: 20 },
  { attack: 0, release: 50 },
];

function follow(
  backend: (typeof BACKENDS)[number],
  attack: number,
  release: number,
  signals: number,
): Float64Array[] {
  const state = stateOn(backend);
  const envelope = new Envelope(state, signals);
  envelope.set(attack, release);
  const arrays = Array.from({ length: signals }, (_, n) => {
    const array = state.memory.f64(44100);
    array.set(SIGNALS[n]);
    return array;
  });
  envelope.process(arrays, 44100);
  return arrays;
}

describe.each(TIMES)('envelope with attack $attack ms and release $release ms', ({ attack, release }) => {
  const a = smoothingCoefficient(attack, 44100);
  const r = smoothingCoefficient(release, 44100);

  it.each(BACKENDS)('is the branching follower to the last bit, %s', (backend) => {
    const [envelope] = follow(backend, a, r, 1);
    expect(maxAbsDifference([envelope], [branching(SIGNALS[0], a, r)])).toBe(0);
  });

  it.each([1, 2, 3])('differs by zero between the backends over %i signals', (signals) => {
    expect(maxAbsDifference(follow('wasm', a, r, signals), follow('reference', a, r, signals))).toBe(0);
  });
});

describe('smoothingCoefficient', () => {
  it('covers 63.2 % of a step in its time, within 0.1 %', () => {
    for (const [ms, sampleRate] of [
      [10, 48000],
      [100, 8000],
      [1, 192000],
    ]) {
      const c = smoothingCoefficient(ms, sampleRate);
      const frames = Math.round((ms / 1000) * sampleRate);
      expect(1 - c ** frames).toBeCloseTo(1 - 1 / Math.E, 3);
    }
  });

  it('is 0 for 0 ms: follows at once', () => {
    expect(smoothingCoefficient(0, 48000)).toBe(0);
  });
});
