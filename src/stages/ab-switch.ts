import * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { blend, copyPlanar } from '../dsp/gain/gain.ts';
import { LinearRamp } from '../dsp/gain/ramp.ts';
import type { Kernels } from '../dsp/kernel-memory.ts';
import { channelWeights } from '../dsp/loudness/channel-weights.ts';
import { LoudnessMatch } from '../dsp/loudness/loudness-match.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { choice, flag, number } from './parameters.ts';

const params = z.strictObject({
  position: choice(['a', 'b'], 'a', 'what is heard: a, the input, or b, the key', 'live'),
  match: flag(true, 'make b as loud as a; switched on again, it measures anew', 'live'),
  trim: number({ min: -24, max: 24, default: 0, unit: 'dB', doc: 'gain of b beside that' }),
});
type Params = z.output<typeof params>;

/** Length of the crossfade between the two. */
const FADE_MS = 50;

/** Channels from a frame on. */
const from = (planar: Planar, frame: number): Planar => planar.map((channel) => channel.subarray(frame));

class AbSwitch extends StageProcessor<Params> {
  readonly #kernels: Kernels | null;
  readonly #match: LoudnessMatch;
  /** Share of b, 0 to 1. */
  readonly #share: LinearRamp;
  readonly #b: Planar;

  constructor(spec: ProcessSpec, initial: Params) {
    super('ab-switch', spec, initial);
    const { sampleRate, channels, layout } = spec.format;
    const { maxFrames, memory } = spec;
    const weights = channelWeights(layout);
    this.#kernels = memory.kernels;
    this.#match = new LoudnessMatch(this.state, { sampleRate, channels, weights, maxFrames });
    this.#share = new LinearRamp(this.state, (FADE_MS / 1000) * sampleRate);
    this.#b = memory.planar(channels, maxFrames);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { position, match, trim } = this.params;
    const share = position === 'b' ? 1 : 0;
    if (!glide || share !== this.#share.target) this.#share.set(share, glide);
    this.#match.set({ on: match, trimDb: trim }, glide);
  }

  override process({ main, key }: StageIO, frames: number): void {
    for (let done = 0; done < frames; ) {
      const span = Math.min(frames - done, this.#match.framesLeft);
      const a = span === frames ? main : from(main, done);
      const b = key === null ? a : span === frames ? key : from(key, done);
      this.#match.listen(a, b, span);
      if (this.#isHeard) this.#fade(a, b, span);
      this.#match.look(this.#isHeard);
      done += span;
    }
  }

  /** The gain of b in dB, and the loudness of both so far in LUFS, before it. */
  override meters(): Readings {
    const { gainDb, loudnessA, loudnessB } = this.#match;
    return { gain: gainDb, loudnessA, loudnessB };
  }

  /** Whether there is anything of b in what goes out: else a passes as it is. */
  get #isHeard(): boolean {
    return this.#share.gliding || this.#share.value > 0;
  }

  /** Turns a into what is heard. */
  #fade(a: Planar, b: Planar, frames: number): void {
    const matched = this.#b;
    copyPlanar(this.#kernels, matched, b, frames);
    this.#match.apply(matched, frames);
    if (!this.#share.gliding) {
      copyPlanar(this.#kernels, a, matched, frames);
      return;
    }
    for (let at = 0; at < frames; ) {
      const span = this.#share.take(frames - at);
      for (let n = 0; n < a.length; n++) blend(this.#kernels, a[n], matched[n], at, span);
      at += span.frames;
    }
  }
}

/**
 * Takes two programmes, `input` a and `key` b, and gives one of them: a to the bit, or b made as loud as a. Without a key
 * b is a as well.
 */
export const abSwitch = defineStage({
  name: 'ab-switch',
  summary: 'Switches between two programmes, the second made as loud as the first',
  source: 'loudness: Rec. ITU-R BS.1770-5',
  params,
  inputs: ['main', 'key'],
  neutral: { position: 'b' },
  exercise: { position: 'b', trim: -6 },
  prepare: (spec, initial) => new AbSwitch(spec, initial),
});
