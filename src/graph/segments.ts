import type { AudioFormat } from '../audio/format.ts';
import { resampledFrames } from '../dsp/resampler.ts';
import { MAIN, type PipelineDefinition, type PipelineEntry } from './definition.ts';
import { EntryFormats } from './entry-formats.ts';

/** A part of a pipeline that runs at one rate. */
export interface Segment {
  /** Its input is what the pipeline's is, or what changed the rate in front of it. */
  readonly definition: PipelineDefinition;
  /** What changes the rate behind it; null for the last segment. */
  readonly change: PipelineEntry | null;
}

/** Cuts a pipeline where it changes its rate; one that keeps it is a single segment. */
export function segmentsOf(definition: PipelineDefinition): readonly Segment[] {
  const segments: Segment[] = [];
  let entries: PipelineEntry[] = [];
  let { inputs } = definition;
  for (const entry of definition.entries) {
    if (entry.definition.changesRate) {
      const outputs = [{ name: MAIN, from: entry.inputs[0] }];
      segments.push({ definition: { ...definition, inputs, outputs, entries }, change: entry });
      entries = [];
      inputs = [entry.id];
    } else entries.push(entry);
  }
  return [...segments, { definition: { ...definition, inputs, entries }, change: null }];
}

/** Frames that go out of a pipeline for so many that come in. */
export function framesOut(definition: PipelineDefinition, format: AudioFormat, frames: number): number {
  const formats = new EntryFormats(definition, format);
  return definition.entries
    .filter((entry) => entry.definition.changesRate)
    .reduce((count, entry) => {
      const from = formats.input(entry).sampleRate;
      const to = formats.output({ ...entry.inputs[0], from: entry.id }).sampleRate;
      return resampledFrames(count, from, to);
    }, frames);
}

/** What goes out of a pipeline for what comes in, output by output; refuses a format that one of its stages can't take. */
export function formatsOut(definition: PipelineDefinition, format: AudioFormat): readonly AudioFormat[] {
  const formats = new EntryFormats(definition, format);
  return definition.outputs.map(({ from }) => formats.output(from));
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/**
 * Frames of the input from one that every segment of a pipeline has in common with it, to the next: what is prepared there
 * counts as what ran from the start. 1 where the rate stays, never more than a second.
 */
export function commonPeriod(definition: PipelineDefinition, format: AudioFormat): number {
  const formats = new EntryFormats(definition, format);
  return definition.entries
    .filter((entry) => entry.definition.changesRate)
    .map((entry) => formats.output({ ...entry.inputs[0], from: entry.id }).sampleRate)
    .map((rate) => format.sampleRate / divisor(format.sampleRate, rate))
    .reduce((period, own) => (period * own) / divisor(period, own), 1);
}
