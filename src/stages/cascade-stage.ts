import type { BiquadCoefs } from '../dsp/filters/biquad-design.ts';
import { type FadingFilter, fadingCascade } from '../dsp/filters/fading-filter.ts';
import { type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';

/** A stage that is a cascade of second-order sections, always as many, which follow from its parameters. */
export class CascadeStage<P> extends StageProcessor<P> {
  readonly #design: (params: P, sampleRate: number) => readonly BiquadCoefs[];
  readonly #cascade: FadingFilter<readonly BiquadCoefs[]>;

  constructor(
    name: string,
    spec: ProcessSpec,
    initial: P,
    design: (params: P, sampleRate: number) => readonly BiquadCoefs[],
  ) {
    super(name, spec, initial);
    const { sampleRate, channels } = spec.format;
    const sections = design(initial, sampleRate).length;
    const scratch = spec.memory.planar(channels, spec.maxFrames);
    this.#design = design;
    this.#cascade = fadingCascade(this.state, sampleRate, sections, scratch);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    this.#cascade.setCoefs(this.#design(this.params, this.format.sampleRate), glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#cascade.process(main, frames);
  }
}
