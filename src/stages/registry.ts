import { analyzer } from './analyzer.ts';
import { compressor } from './compressor.ts';
import { crossover } from './crossover.ts';
import type { AnyStage } from './define-stage.ts';
import { eq } from './eq.ts';
import { gain } from './gain.ts';
import { limiter } from './limiter.ts';
import { mix } from './mix.ts';

/** Every stage there is. A stage that stands here is in the pipeline file, the docs, the help and the conformance suite. */
export const stages: readonly AnyStage[] = [analyzer, compressor, crossover, eq, gain, limiter, mix];

/** The stage of that name, or undefined. */
export function stageNamed(name: string): AnyStage | undefined {
  return stages.find((stage) => stage.name === name);
}
