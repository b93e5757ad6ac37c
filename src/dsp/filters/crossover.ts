import type { StateMemory } from '../kernel-memory.ts';
import type { BandSplitter, BandSplitterOptions } from './band-splitter.ts';
import { LinearPhaseCrossover } from './linear-phase-crossover.ts';
import { MinimumPhaseCrossover } from './minimum-phase-crossover.ts';

/** `minimum`: no latency, the sum is an allpass. `linear`: the sum is a pure delay, which is the latency. */
export const CROSSOVER_PHASES = ['minimum', 'linear'] as const;
export type CrossoverPhase = (typeof CROSSOVER_PHASES)[number];

/** A Linkwitz-Riley crossover of that kind of phase. */
export function createCrossover(
  state: StateMemory,
  phase: CrossoverPhase,
  options: BandSplitterOptions,
): BandSplitter {
  if (phase === 'linear') return new LinearPhaseCrossover(state, options);
  return new MinimumPhaseCrossover(state, options);
}
