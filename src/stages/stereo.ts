import * as z from 'zod';
import { DelayLine } from '../dsp/delay/delay-line.ts';
import { MonoGuard } from '../dsp/dynamics/mono-guard.ts';
import { dbToGain, gainToDb } from '../dsp/elementary.ts';
import { MonoBelow } from '../dsp/filters/mono-below.ts';
import { GlidingGain } from '../dsp/gain/gliding-gain.ts';
import { decodeMidSide, encodeMidSide } from '../dsp/gain/mid-side.ts';
import type { Kernels } from '../dsp/kernel-memory.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { choice, flag, number } from './parameters.ts';

const params = z.strictObject({
  width: number({ min: 0, max: 2, default: 1, doc: 'factor on the side: 0 is mono, 1 leaves it' }),
  balance: number({
    min: -1,
    max: 1,
    default: 0,
    doc: 'linear: at b > 0 left is turned down by 1 - b, at b < 0 right by 1 + b; the other one stays',
  }),
  midGain: number({ min: -60, max: 24, default: 0, unit: 'dB', doc: 'gain of (left + right) / 2' }),
  sideGain: number({ min: -60, max: 24, default: 0, unit: 'dB', doc: 'gain of (left - right) / 2' }),
  monoBelow: number({
    min: 0,
    max: 1000,
    default: 0,
    unit: 'Hz',
    doc: 'below it there is no side, -6.02 dB at it, 24 dB/octave; the mid turns the same phase; 0 is off',
  }),
  polarity: choice(['none', 'left', 'right', 'both'], 'none', 'input channels that are turned over', 'live'),
  swap: flag(false, 'exchanges left and right, before the balance', 'live'),
  delay: number({
    min: -20,
    max: 20,
    default: 0,
    unit: 'ms',
    doc: 'above 0 the right input comes later by it, below 0 the left one; to the nearest frame, no latency',
    change: 'restart',
  }),
  monoGuard: flag(
    false,
    'turns the side down, by 12 dB at most, where left and right correlate below 0 over 100 ms',
    'live',
  ),
});
type Params = z.output<typeof params>;

/** Length of the glide to new values. */
const GLIDE_MS = 50;

/** Gains on two channels. */
type GainPair = readonly [GlidingGain, GlidingGain];

class Stereo extends StageProcessor<Params> {
  readonly #kernels: Kernels | null;
  /** Which channel is delayed, its array in a list that is used again, and by what. */
  readonly #late: 0 | 1;
  readonly #lateOnly: Float32Array[] = [];
  readonly #delay: DelayLine;
  readonly #polarity: GainPair;
  readonly #midSide: GainPair;
  readonly #balance: GainPair;
  readonly #monoBelow: MonoBelow;
  readonly #guard: MonoGuard;

  constructor(spec: ProcessSpec, initial: Params) {
    super('stereo', spec, initial);
    const { sampleRate } = spec.format;
    const glide = (GLIDE_MS / 1000) * sampleRate;
    const pair = (): GainPair => [new GlidingGain(this.state, glide), new GlidingGain(this.state, glide)];
    this.#kernels = spec.memory.kernels;
    this.#late = initial.delay > 0 ? 1 : 0;
    this.#delay = new DelayLine(this.state, 1, Math.round((Math.abs(initial.delay) / 1000) * sampleRate));
    this.#polarity = pair();
    this.#midSide = pair();
    this.#balance = pair();
    this.#monoBelow = new MonoBelow(this.state, sampleRate, spec.memory.planar(2, spec.maxFrames));
    this.#guard = new MonoGuard(this.state, sampleRate, glide);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { width, balance, midGain, sideGain, monoBelow, polarity, swap, monoGuard } = this.params;
    const set = ([a, b]: GainPair, first: number, second: number): void => {
      a.set(first, glide);
      b.set(second, glide);
    };
    const turned = (side: 'left' | 'right'): number => (polarity === side || polarity === 'both' ? -1 : 1);
    set(this.#polarity, turned('left'), turned('right'));
    // Left and right change places where the side changes its sign.
    set(this.#midSide, dbToGain(midGain), dbToGain(sideGain) * width * (swap ? -1 : 1));
    set(this.#balance, Math.min(1, 1 - balance), Math.min(1, 1 + balance));
    this.#monoBelow.set(monoBelow, glide);
    this.#guard.set(monoGuard, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    if (main.length !== 2) return;
    const a = main[0];
    const b = main[1];
    this.#lateOnly[0] = main[this.#late];
    this.#delay.process(this.#lateOnly, frames);
    this.#apply(this.#polarity, a, b, frames);
    encodeMidSide(this.#kernels, a, b, frames);
    this.#apply(this.#midSide, a, b, frames);
    this.#monoBelow.process(main, frames);
    this.#guard.process(a, b, frames);
    decodeMidSide(this.#kernels, a, b, frames);
    this.#apply(this.#balance, a, b, frames);
  }

  #apply(gains: GainPair, a: Float32Array, b: Float32Array, frames: number): void {
    gains[0].process(a, frames);
    gains[1].process(b, frames);
  }

  /** `guard`: what the mono guard does to the side at the newest frame, in dB, at most 0. */
  override meters(): Readings {
    return { guard: gainToDb(this.#guard.gain) };
  }
}

/** Width, balance and mono compatibility of two channels; audio with another number of channels passes untouched. */
export const stereo = defineStage({
  name: 'stereo',
  summary: 'Sets width, balance and mono compatibility of two channels; others pass untouched',
  params,
  neutral: { width: 0.9, balance: 0.05 },
  exercise: { width: 1.6, balance: -0.2, sideGain: 1, monoBelow: 250, delay: 0.5, monoGuard: true },
  prepare: (spec, initial) => new Stereo(spec, initial),
});
