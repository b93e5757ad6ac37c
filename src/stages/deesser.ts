import * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { RelativeGain } from '../dsp/dynamics/relative-gain.ts';
import type { BandSplitter } from '../dsp/filters/band-splitter.ts';
import { createCrossover } from '../dsp/filters/crossover.ts';
import { KeyFilter } from '../dsp/filters/key-filter.ts';
import { addPlanar, copyPlanar } from '../dsp/gain/gain.ts';
import type { Kernels } from '../dsp/kernel-memory.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { link, timeConstant } from './dynamics-parameters.ts';
import { choice, flag, number } from './parameters.ts';

const params = z.strictObject({
  mode: choice(
    ['split', 'wide'],
    'split',
    'split: lowers what lies above freq; wide: lowers the whole signal',
  ),
  freq: number({ min: 1000, max: 16000, default: 6000, unit: 'Hz', doc: 'where the band of the s begins' }),
  threshold: number({
    min: -40,
    max: 30,
    default: 3,
    unit: 'dB',
    doc: 'level of the band, against that of the three octaves beneath it, where reduction begins',
  }),
  ratio: number({
    min: 1,
    max: 100,
    default: 2,
    unit: ':1',
    doc: 'how much of what stands over the threshold is taken off',
  }),
  range: number({ min: 0, max: 40, default: 10, unit: 'dB', doc: 'largest reduction' }),
  attack: timeConstant(2, 100, 'while the gain falls'),
  release: timeConstant(150, 2000, 'while it rises; half of it is how fast the level beneath is forgotten'),
  link,
  listen: flag(false, 'gives out the band that is listened to, as it comes in, in place of the programme'),
});
type Params = z.output<typeof params>;

/** The neighbourhood begins three octaves beneath the band: the vowels, without the bass. */
const NEIGHBOURHOOD = 1 / 8;

class Deesser extends StageProcessor<Params> {
  readonly #kernels: Kernels | null;
  readonly #splitter: BandSplitter;
  /** What lies under freq, and what above. */
  readonly #bands: readonly [Planar, Planar];
  readonly #neighbourhood: KeyFilter;
  readonly #gain: RelativeGain;

  constructor(spec: ProcessSpec, initial: Params) {
    super('deesser', spec, initial);
    const { memory, maxFrames } = spec;
    const { sampleRate, channels } = spec.format;
    const size = { sampleRate, channels, maxFrames };
    this.#kernels = memory.kernels;
    this.#splitter = createCrossover(this.state, 'minimum', { ...size, freqs: [initial.freq], slope: 24 });
    this.#bands = [memory.planar(channels, maxFrames), memory.planar(channels, maxFrames)];
    this.#neighbourhood = new KeyFilter(this.state, channels, sampleRate, maxFrames);
    this.#gain = new RelativeGain(this.state, { ...size, link: initial.link });
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { freq, threshold, ratio, range, attack, release } = this.params;
    this.#splitter.setFreqs([freq], glide);
    this.#neighbourhood.set({ highpass: freq * NEIGHBOURHOOD, lowpass: undefined }, glide);
    const curve = { thresholdDb: threshold, ratio, rangeDb: range };
    this.#gain.set({ ...curve, attackMs: attack, releaseMs: release }, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    const { mode, listen } = this.params;
    const [low, high] = this.#bands;
    this.#splitter.process(main, this.#bands, frames);
    this.#gain.listen(high, this.#neighbourhood.process(low, frames), frames);
    if (listen) copyPlanar(this.#kernels, main, high, frames);
    else if (mode === 'wide') this.#gain.apply(main, frames);
    else {
      this.#gain.apply(high, frames);
      copyPlanar(this.#kernels, main, low, frames);
      addPlanar(this.#kernels, main, high, frames, 1);
    }
  }

  /** Gain in dB of the most reduced channel: at the newest frame, and the lowest so far. */
  override meters(): Readings {
    return { reduction: this.#gain.gainDb, maxReduction: this.#gain.farthestDb };
  }
}

/** De-esser whose threshold is relative; at rest bit-exact in wide mode, the crossover's allpass in split mode. */
export const deesser = defineStage({
  name: 'deesser',
  summary: 'Turns down sibilance, measured against what sounds beneath it',
  source: 'the crossover and the gain computer of this project, arranged over the ratio of two powers',
  params,
  neutral: { mode: 'wide', ratio: 1 },
  exercise: { freq: 1500, threshold: -20, ratio: 4, range: 15, attack: 3, release: 60, link: 0.5 },
  prepare: (spec, initial) => new Deesser(spec, initial),
});
