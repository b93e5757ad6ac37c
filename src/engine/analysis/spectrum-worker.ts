import type { Planar } from '../../audio/block.ts';
import type { BackendName } from '../../dsp/kernel-memory.ts';
import { type SpectrumSpec, spectrumLayout } from '../../dsp/spectrum/spectrum-layout.ts';
import { RangeAnalyser, type SpectrumPartial } from '../../dsp/spectrum/spectrum-range.ts';

/** One range for a worker thread. */
export interface SpectrumTask {
  readonly spec: SpectrumSpec;
  readonly backend: BackendName;
  /** Views on shared memory: the samples of the range, its lead first. */
  readonly channels: Planar;
  readonly frames: number;
  readonly lead: number;
  readonly withRecords: boolean;
}

let kept: { readonly key: string; readonly analyser: RangeAnalyser } | undefined;

/** Analyses a range. What the format needs (windows, masks, tables) is made once a thread, and again for another format. */
export function analyseRange({
  spec,
  backend,
  channels,
  frames,
  lead,
  withRecords,
}: SpectrumTask): SpectrumPartial {
  const key = JSON.stringify([spec, backend]);
  if (kept?.key !== key) kept = { key, analyser: new RangeAnalyser(spectrumLayout(spec), backend) };
  return kept.analyser.analyse(channels, frames, lead, withRecords);
}
