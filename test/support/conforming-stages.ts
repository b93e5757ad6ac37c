import type { AnyStage } from '../../src/stages/define-stage.ts';
import { multibandCompressor } from '../../src/stages/multiband-compressor.ts';
import { stages } from '../../src/stages/registry.ts';

/** The same stage at settings that lead to another algorithm inside it. */
const variant = (
  stage: AnyStage,
  what: string,
  neutral: object,
  exercise: object,
): readonly [string, AnyStage] => [
  `${stage.name}, ${what}`,
  { ...stage, neutral: { ...stage.neutral, ...neutral }, exercise: { ...stage.exercise, ...exercise } },
];

/**
 * What the conformance suite runs over: every registered stage, and those that are two in one a second time. The
 * linear-phase crossover is met here, where its bands part; by itself their sum is the input, whatever the bands.
 */
export const conformingStages: readonly (readonly [name: string, stage: AnyStage])[] = [
  ...stages.map((stage) => [stage.name, stage] as const),
  variant(multibandCompressor, 'linear phase', { freqs: [2000], phase: 'linear' }, { phase: 'linear' }),
];
