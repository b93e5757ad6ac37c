import * as z from 'zod';
import { GateGain } from '../dsp/dynamics/gate-gain.ts';
import { SideChain } from '../dsp/dynamics/side-chain.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { detection, keyFilter, link, lookahead, timeConstant } from './dynamics-parameters.ts';
import { number } from './parameters.ts';

const params = z.strictObject({
  threshold: number({ min: -100, max: 0, default: -50, unit: 'dBFS', doc: 'level at which the gate opens' }),
  ratio: number({
    min: 1,
    max: 100,
    default: 10,
    unit: ':1',
    doc: 'dB out for one dB less in, under the threshold; a low one makes an expander',
  }),
  range: number({ min: 0, max: 120, default: 40, unit: 'dB', doc: 'largest reduction' }),
  hysteresis: number({
    min: 0,
    max: 24,
    default: 4,
    unit: 'dB',
    doc: 'how far under the threshold the level may fall before an open gate closes',
  }),
  attack: timeConstant(1, 500, 'while the gate opens'),
  hold: number({
    min: 0,
    max: 2000,
    default: 50,
    unit: 'ms',
    doc: 'time for which the gate stays open after the level has fallen',
  }),
  release: timeConstant(150, 5000, 'while the gate closes'),
  ...detection,
  ...keyFilter,
  link,
  lookahead,
});
type Params = z.output<typeof params>;

class Gate extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #sideChain: SideChain;
  readonly #gain: GateGain;

  constructor({ format, maxFrames, memory }: ProcessSpec, initial: Params) {
    super('gate', { format, maxFrames, memory }, initial);
    const { channels, sampleRate } = format;
    const size = { channels, sampleRate, maxFrames };
    this.#sideChain = new SideChain(this.state, { ...size, lookaheadMs: initial.lookahead });
    this.latency = this.#sideChain.latency;
    this.#gain = new GateGain(this.state, { ...initial, ...size });
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { threshold, hysteresis, ratio, range, attack, hold, release, window } = this.params;
    const { keyHighpass, keyLowpass } = this.params;
    this.#sideChain.set({ highpass: keyHighpass, lowpass: keyLowpass }, glide);
    this.#gain.set(
      {
        thresholdDb: threshold,
        hysteresisDb: hysteresis,
        ratio,
        rangeDb: range,
        attackMs: attack,
        holdMs: hold,
        releaseMs: release,
        windowMs: window,
      },
      glide,
    );
  }

  override process({ main, key }: StageIO, frames: number): void {
    this.#sideChain.process(this.#gain, main, key, frames);
  }

  /** Whether the gate is open; gain in dB of the most reduced channel, at the newest frame, and the lowest so far. */
  override meters(): Readings {
    const { open, gainDb, farthestDb } = this.#gain;
    return { open, reduction: gainDb, maxReduction: farthestDb };
  }
}

/** Gate and downward expander; bit-exact pass-through while it has been open. */
export const gate = defineStage({
  name: 'gate',
  summary: 'Turns down what is quieter than a threshold',
  source: 'U. Zölzer (ed.), DAFX: Digital Audio Effects, 2nd ed., 2011, section 4.2 (dynamic range control)',
  params,
  inputs: ['main', 'key'],
  neutral: { ratio: 1, lookahead: 5 },
  exercise: {
    threshold: -15,
    ratio: 3,
    range: 30,
    attack: 5,
    hold: 10,
    release: 60,
    lookahead: 3,
    link: 0.5,
    keyHighpass: 60,
  },
  prepare: (spec, initial) => new Gate(spec, initial),
});
