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

  it.each(BACKENDS)('is the branching follower to -260 dB, %s', (backend) => {
    const [envelope] = follow(backend, a, r, 1);
    expect(maxAbsDifference([envelope], [branching(SIGNALS[0], a, r)])).toBeLessThan(1e-13);
  });

  it.each([1, 2, 3])('differs by zero between the backends over %i signals', (signals) => {
    expect(maxAbsDifference(follow('wasm', a, r, signals), follow('reference', a, r, signals))).toBe(0);
  });
});

describe.each(BACKENDS)('envelope frame by frame, %s', (backend) => {
  const [slow, quick] = [10, 1].map((ms) => smoothingCoefficient(ms, 44100));

  /** Envelopes of 200 frames that pass in chunks of so many; `at` a frame the times become `then`. */
  function chunked(chunks: readonly number[], at: number, then: readonly [number, number]): Float64Array {
    const state = stateOn(backend);
    const envelope = new Envelope(state, 1);
    envelope.set(quick, slow);
    const signal = state.memory.f64(200);
    signal.set(SIGNALS[0].subarray(0, 200));
    for (let done = 0, n = 0; done < 200; n++) {
      if (done === at) envelope.set(...then);
      const left = done < at ? at - done : 200 - done;
      const frames = Math.min(left, chunks[n % chunks.length]);
      envelope.process([signal], frames, done);
      done += frames;
    }
    return Float64Array.from(signal);
  }

  it('gives the same 200 frames in chunks of 1, 3, 8 and at once, with times that change at frame 77', () => {
    const whole = chunked([200], 77, [slow, quick]);
    for (const chunks of [[1], [3], [8], [2, 5, 1]]) {
      expect(chunked(chunks, 77, [slow, quick])).toEqual(whole);
    }
  });

  it('changes by 0 when the times are set again as they are, at an odd frame', () => {
    expect(chunked([200], 77, [quick, slow])).toEqual(chunked([200], 200, [quick, slow]));
  });

  it('goes on from where it stands when the times change, to -290 dB of a follower that does', () => {
    const signal = SIGNALS[0].subarray(0, 200);
    let e = 0;
    const expected = signal.map((x, i) => {
      const [attack, release] = i < 77 ? [quick, slow] : [slow, quick];
      const c = x > e ? attack : release;
      e = c * e + (1 - c) * x;
      return e;
    });
    expect(maxAbsDifference([chunked([200], 77, [slow, quick])], [expected])).toBeLessThan(3e-15);
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
