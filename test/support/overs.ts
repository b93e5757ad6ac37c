import { demoPiece } from '../../src/demo/demo-piece.ts';
import { ANNEX_2_PHASES, FINE_PHASES } from '../../src/dsp/levels/true-peak-filters.ts';
import { convolve } from './fourier.ts';
import { impulse, noise, programme, type Signal, silence } from './signals.ts';

/** Noise of -3 dB an octave: white noise through three poles and zeros (R. Bristow-Johnson's coefficients for audio rates). */
function pink(channels: number, frames: number): Signal {
  return noise(channels, frames, 22, 1).map((white) => {
    const state = [0, 0, 0];
    return white.map((sample) => {
      let y = sample;
      [
        [0.99572754, 0.98443604],
        [0.94790649, 0.83392334],
        [0.53567505, 0.07568359],
      ].forEach(([pole, zero], n) => {
        const next = y + pole * state[n];
        y = next - zero * state[n];
        state[n] = next;
      });
      return y;
    });
  });
}

/** The same in every channel, each a few frames later than the one before. */
const staggered = (channels: number, frames: number, at: (i: number) => number): Signal =>
  Array.from({ length: channels }, (_, n) =>
    Float32Array.from({ length: frames }, (_, i) => at(Math.max(0, i - 3 * n))),
  );

/** Signs of an interpolator's taps, at which its reading is the sum of their magnitudes, in turn with others. */
function signsOfTaps(phases: readonly (readonly number[])[], gap: number): (i: number) => number {
  const row = phases.flatMap((taps) => [...taps.map(Math.sign), ...new Array<number>(gap).fill(0)]);
  return (i) => row[i % row.length];
}

/** Frames of the demo piece that are made at once, because its first 8 s have to be made with them. */
const DEMO_FRAMES = 12_000;
const demos = new Map<number, Signal>();

/** Both sides of the demo piece from its middle on, where it is loud. */
function demoSides(frames: number, sampleRate: number): Signal {
  const kept = demos.get(sampleRate);
  if (kept && kept[0].length >= frames) return kept;
  const out = silence(2, Math.max(frames, DEMO_FRAMES));
  const skip = 8 * sampleRate;
  for (const { channels, frames: count, start } of demoPiece({ seconds: 20, sampleRate })) {
    for (let i = Math.max(0, skip - start); i < count; i++)
      for (const [n, side] of channels.entries()) out[n][start + i - skip] = side[i];
    if (start + count >= skip + out[0].length) break;
  }
  demos.set(sampleRate, out);
  return out;
}

function demo(channels: number, frames: number, sampleRate: number): Signal {
  const sides = demoSides(frames, sampleRate);
  return Array.from({ length: channels }, (_, n) => sides[n % 2].slice(0, frames));
}

type Make = (channels: number, frames: number, sampleRate: number) => Signal;

/** Signals that are hard on a true-peak limiter, before they are scaled. */
const SIGNALS: Readonly<Record<string, Make>> = {
  'white noise': (channels, frames) => noise(channels, frames, 21, 1),
  'pink noise': pink,
  'a square of 1 kHz': (channels, frames, rate) =>
    staggered(channels, frames, (i) => (Math.floor((2000 * i) / rate) % 2 ? -1 : 1)),
  'a square of 48 Hz': (channels, frames, rate) =>
    staggered(channels, frames, (i) => (Math.floor((96 * i) / rate) % 2 ? -1 : 1)),
  'a sine at fs/4, 45 degrees': (channels, frames) =>
    staggered(channels, frames, (i) => Math.sin((Math.PI * i) / 2 + Math.PI / 4)),
  'a sine at fs/6': (channels, frames) => staggered(channels, frames, (i) => Math.sin((Math.PI * i) / 3)),
  'signs of the Annex 2 taps': (channels, frames) =>
    staggered(channels, frames, signsOfTaps(ANNEX_2_PHASES, 0)),
  'signs of the Annex 2 taps, apart': (channels, frames) =>
    staggered(channels, frames, signsOfTaps(ANNEX_2_PHASES, 1501)),
  'signs of the fine taps': (channels, frames) => staggered(channels, frames, signsOfTaps(FINE_PHASES, 7)),
  clicks: (channels, frames) => {
    const [one] = impulse(1, frames, 500);
    for (let at = 1200; at < frames; at += 1733) one[at] = at % 2 ? -1 : 0.7;
    return staggered(channels, frames, (i) => one[i] || Math.sin(i) * 0.02);
  },
  'bursts of noise': (channels, frames) => programme(channels, frames, 23, 1),
  'the demo piece': demo,
};

/** Names of the hard signals. */
export const OVERS = Object.keys(SIGNALS);

/** Brings the largest sample to `peak`. */
export function scaledTo(signal: Signal, peak: number): Signal {
  const top = signal.reduce((most, x) => x.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
  return signal.map((x) => x.map((sample) => (sample / top) * peak));
}

interface OversOptions {
  readonly channels: number;
  readonly frames: number;
  readonly sampleRate: number;
  /** Largest sample, linear. */
  readonly peak: number;
}

const made = new Map<string, Signal>();

/** One of the hard signals with its largest sample at `peak`. */
export function overs(name: string, { channels, frames, sampleRate, peak }: OversOptions): Signal {
  const key = [name, channels, frames, sampleRate].join();
  const signal = made.get(key) ?? SIGNALS[name](channels, frames, sampleRate);
  made.set(key, signal);
  return scaledTo(signal, peak);
}

/** A signal without what lies above 20 kHz: 801 taps of a sinc at 19.7 kHz under a Blackman window, zero phase. */
export function bandLimited(signal: Signal, sampleRate: number): Signal {
  const half = 400;
  const cut = 19700 / sampleRate;
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, k) => {
    const t = k - half;
    const angle = (Math.PI * t) / (half + 1);
    const window = 0.42 + 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
    return window * (t === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * t) / (Math.PI * t));
  });
  return signal.map((x) => Float32Array.from(convolve(x, taps).subarray(half, half + x.length)));
}
