import { readFileSync } from 'node:fs';
import { transform } from './fourier.ts';
import type { Signal } from './signals.ts';

/** Rate of the corpus in Hz. */
export const CORPUS_RATE = 44100;
/** Points of a period of noise: 1.5 s. */
const PERIOD = 1 << 16;
/** Points of a spectrum under measurement. */
const WINDOW = 1 << 14;
const HANN = Float64Array.from({ length: WINDOW }, (_, i) => Math.sin((Math.PI * i) / WINDOW) ** 2);
/** Third octaves from 100 Hz to 12.5 kHz: 1000 * 10^(n/10). */
export const THIRDS = Array.from({ length: 22 }, (_, n) => 1000 * 10 ** ((n - 10) / 10));

type Curve = (freq: number) => number;

/** Random phases in +-pi, the same for the same seed. */
function phases(seed: number): Float64Array {
  let word = Math.imul(seed, 2654435761) || 1;
  return Float64Array.from({ length: PERIOD / 2 }, () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return Math.PI * (word / 2 ** 31);
  });
}

const PHASES = [phases(5), phases(6)];
const COS = PHASES.map((angles) => angles.map(Math.cos));
const SIN = PHASES.map((angles) => angles.map(Math.sin));

/** Two independent periods of noise with a level per octave (dB) and random phases; RMS 1. */
function shapedNoise(curve: Curve): [Float64Array, Float64Array] {
  const [re, im] = [new Float64Array(PERIOD), new Float64Array(PERIOD)];
  for (let k = 1; k < PERIOD / 2; k++) {
    const freq = (k * CORPUS_RATE) / PERIOD;
    if (freq < 20 || freq > 20000) continue;
    // Equal power per octave falls with the root of the frequency.
    const size = 10 ** (curve(freq) / 20) / Math.sqrt(freq);
    const [a, b, c, d] = [COS[0][k - 1], SIN[0][k - 1], COS[1][k - 1], SIN[1][k - 1]];
    // Spectra of two real signals, one of them times i: a transform gives both.
    re[k] = size * (a - d);
    im[k] = size * (b + c);
    re[PERIOD - k] = size * (a + d);
    im[PERIOD - k] = size * (c - b);
  }
  transform(re, im);
  for (const x of [re, im]) {
    const rms = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / PERIOD);
    for (let i = 0; i < PERIOD; i++) x[i] /= rms;
  }
  return [re, im];
}

/** Straight lines over log frequency. */
export const through =
  (points: readonly { freq: number; level: number }[]): Curve =>
  (freq) => {
    const above = points.findIndex((point) => point.freq >= freq);
    if (above <= 0) return points.at(above === 0 ? 0 : -1)!.level;
    const [a, b] = [points[above - 1], points[above]];
    return a.level + ((b.level - a.level) * Math.log2(freq / a.freq)) / Math.log2(b.freq / a.freq);
  };

/** The curve of a shipped preset. */
export const presetCurve = (name: string): Curve =>
  through(JSON.parse(readFileSync(`targets/mastering/${name}.json`, 'utf8')).curve);

/** Level at the second frequency, none at the first and beyond it. */
const slope = (from: number, to: number, level: number): Curve => {
  const ends = [
    { freq: from, level: 0 },
    { freq: to, level },
  ];
  return through(from < to ? ends : ends.reverse());
};

const ADAPTIVE = presetCurve('adaptive');

/** A steady bed that swells by +-3 dB in 5 s, as a phrase does. */
const swelling = (t: number): number => 10 ** ((3 * Math.sin((2 * Math.PI * t) / 5)) / 20);
/** Four syllables a second, a pause of 0.8 s after 3. */
const syllables = (t: number): number => (t % 3.8 > 3 ? 0 : 0.1 + 0.9 * Math.abs(Math.sin(4 * Math.PI * t)));
/** Hits twice a second over a bed 14 dB below them. */
const drums = (t: number): number => 0.2 + Math.exp(-(t % 0.5) / 0.06);

interface Kind {
  readonly tilt: Curve;
  /** dBFS of the RMS of one channel. */
  readonly level: number;
  /** Amplitude of the side over that of the mid. */
  readonly side: number;
  readonly envelope: (t: number) => number;
  /** Samples are cut off here, in RMS; 0: they are not. */
  readonly clip?: number;
}

const PLAIN: Kind = { tilt: () => 0, level: -20, side: 0.4, envelope: swelling };

/** What there is to be mastered, by name. */
export const CORPUS: Readonly<Record<string, Kind>> = {
  dark: { ...PLAIN, tilt: slope(500, 8000, -8) },
  bright: { ...PLAIN, tilt: slope(500, 8000, 8) },
  thin: { ...PLAIN, tilt: slope(400, 80, -7) },
  boomy: { ...PLAIN, tilt: slope(400, 80, 7) },
  quiet: { ...PLAIN, level: -40 },
  dense: { ...PLAIN, level: -10, clip: 1.2 },
  narrow: { ...PLAIN, side: 0.08 },
  wide: { ...PLAIN, side: 1.1 },
  'speech-like': { ...PLAIN, tilt: slope(300, 60, -20), side: 0, level: -26, envelope: syllables },
  'drum-heavy': { ...PLAIN, level: -24, envelope: drums },
};
/** An item of the corpus, stereo. */
export function corpusItem(name: string, seconds: number, base: Curve = ADAPTIVE): Signal {
  const { tilt, level, side, envelope, clip = 0 } = CORPUS[name];
  return render({ tilt: (freq) => base(freq) + tilt(freq), level, side, envelope, clip }, seconds);
}

/** Noise with a spectrum of one's own, at -20 dBFS. */
export const shaped = (curve: Curve, seconds: number): Signal => render({ ...PLAIN, tilt: curve }, seconds);

function render({ tilt, level, side, envelope, clip = 0 }: Kind, seconds: number): Signal {
  const [m, s] = shapedNoise(tilt);
  const frames = Math.round(seconds * CORPUS_RATE);
  const out = [new Float32Array(frames), new Float32Array(frames)];
  let power = 0;
  for (let i = 0; i < frames; i++) {
    const gain = envelope(i / CORPUS_RATE);
    for (let n = 0; n < 2; n++) {
      const x = gain * (m[i % PERIOD] + (1 - 2 * n) * side * s[i % PERIOD]);
      out[n][i] = clip > 0 ? Math.max(-clip, Math.min(clip, x)) : x;
      power += out[n][i] ** 2 / 2;
    }
  }
  const scale = 10 ** (level / 20) / Math.sqrt(power / frames);
  return out.map((x) => x.map((sample) => sample * scale));
}

/** Mean level of each third octave of `THIRDS` in dB, all channels together, from `from` seconds on. */
export function thirdLevels(signal: Signal, from = 0, sampleRate = CORPUS_RATE): number[] {
  const powers = new Float64Array(WINDOW / 2);
  const [re, im] = [new Float64Array(WINDOW), new Float64Array(WINDOW)];
  // Two channels a transform: the powers of both, twice, are what lies at a frequency and at its mirror image.
  for (let n = 0; n < signal.length; n += 2) {
    const [x, y] = [signal[n], signal[n + 1]];
    for (let at = Math.round(from * sampleRate); at + WINDOW <= x.length; at += WINDOW) {
      for (let i = 0; i < WINDOW; i++) {
        re[i] = HANN[i] * x[at + i];
        im[i] = y ? HANN[i] * y[at + i] : 0;
      }
      transform(re, im);
      for (let k = 1; k < WINDOW / 2; k++) {
        const mirror = WINDOW - k;
        powers[k] += (re[k] ** 2 + im[k] ** 2 + re[mirror] ** 2 + im[mirror] ** 2) / 2;
      }
    }
  }
  return THIRDS.map((centre) => {
    let sum = 0;
    const [low, high] = [centre * 10 ** -0.05, centre * 10 ** 0.05].map(
      (freq) => (freq * WINDOW) / sampleRate,
    );
    for (let k = Math.floor(low); k <= Math.ceil(high); k++) {
      // A bin counts by the part of it that lies in the band.
      const share = Math.min(high, k + 0.5) - Math.max(low, k - 0.5);
      if (share > 0) sum += powers[k] * share;
    }
    return 10 * Math.log10(sum);
  });
}
