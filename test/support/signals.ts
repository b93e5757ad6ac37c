import type { AudioFormat } from '../../src/audio/format.ts';

/** Planar audio under test: one array a channel. */
export type Signal = Float32Array[];

/** White noise, uniform in +-peak, the same for the same seed (xorshift32, Marsaglia 2003). */
export function noise(channels: number, frames: number, seed = 1, peak = 0.5): Signal {
  let word = Math.imul(seed, 2654435761) || 1;
  return silence(channels, frames).map((channel) => {
    for (let i = 0; i < frames; i++) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      channel[i] = (word / 2 ** 31) * peak;
    }
    return channel;
  });
}

/** A sine on every channel. */
export function sine(
  { channels, sampleRate }: AudioFormat,
  frames: number,
  freqHz: number,
  peak: number,
  phase = 0,
): Signal {
  const step = (2 * Math.PI * freqHz) / sampleRate;
  const tone = new Float32Array(frames);
  for (let i = 0; i < frames; i++) tone[i] = peak * Math.sin(step * i + phase);
  return Array.from({ length: channels }, () => tone.slice());
}

/** Noise whose level moves: bursts, swells, quiet, and a stretch of digital silence in the middle. */
export function programme(channels: number, frames: number, seed = 1, peak = 0.9): Signal {
  const signal = noise(channels, frames, seed, 1);
  for (const channel of signal) {
    for (let i = 0; i < frames; i++) {
      const swell = 0.5 + 0.5 * Math.sin((2 * Math.PI * i) / 3001);
      const burst = Math.floor(i / 1777) % 3 === 0 ? 1 : 0.08;
      channel[i] *= i > frames * 0.4 && i < frames * 0.55 ? 0 : peak * swell * burst;
    }
  }
  return signal;
}

/** 1 at one frame, 0 elsewhere. */
export function impulse(channels: number, frames: number, at: number, height = 1): Signal {
  return Array.from({ length: channels }, () => {
    const channel = new Float32Array(frames);
    channel[at] = height;
    return channel;
  });
}

/** Silence. */
export function silence(channels: number, frames: number): Signal {
  return Array.from({ length: channels }, () => new Float32Array(frames));
}

/** Largest difference between two signals, 0 only for the same bits; Infinity when their shapes differ. */
export function maxAbsDifference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let n = 0; n < a.length; n++) {
    if (a[n].length !== b[n].length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < a[n].length; i++) {
      const [x, y] = [a[n][i], b[n][i]];
      if (Object.is(x, y)) continue;
      // 0 and -0 are equal and yet not the same.
      const difference = Math.max(Math.abs(x - y), Number.MIN_VALUE);
      if (!(difference <= largest))
        largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
  }
  return largest;
}

/** Root mean square over all channels, in dB. */
export function rmsDb(signal: Signal): number {
  let sum = 0;
  let count = 0;
  for (const channel of signal) {
    for (const value of channel) sum += value * value;
    count += channel.length;
  }
  return 10 * Math.log10(sum / count);
}

/** a - b. */
export function difference(a: Signal, b: Signal): Signal {
  return a.map((channel, n) => channel.map((value, i) => value - b[n][i]));
}

/** Part of a signal. */
export function slice(signal: Signal, from: number, to?: number): Signal {
  return signal.map((channel) => channel.slice(from, to));
}
