import type { AudioFormat } from '../audio/format.ts';
import { resampledFrames } from '../dsp/resampler.ts';
import { IN, type InputRef, type PipelineDefinition, type PipelineEntry } from './definition.ts';
import { EntryFormats } from './entry-formats.ts';

/** A part of a pipeline that runs at one rate. */
export interface Segment {
  readonly definition: PipelineDefinition;
  /** What changes the rate behind it; null for the last segment. */
  readonly change: PipelineEntry | null;
}

/** A reference within a segment: what changed the rate in front of it is what comes in. */
const within = (ref: InputRef, change: string | null): InputRef =>
  ref.from === change ? { ...ref, from: IN } : ref;

/** Cuts a pipeline where it changes its rate; one that keeps it is a single segment. */
export function segmentsOf(definition: PipelineDefinition): readonly Segment[] {
  const segments: Segment[] = [];
  let entries: PipelineEntry[] = [];
  let before: string | null = null;
  for (const entry of definition.entries) {
    if (entry.definition.changesRate) {
      segments.push({ definition: { ...definition, entries }, change: entry });
      entries = [];
      before = entry.id;
    } else {
      const inputs = entry.inputs.map((ref) => within(ref, before));
      entries.push({ ...entry, inputs, key: entry.key && within(entry.key, before) });
    }
  }
  return [...segments, { definition: { ...definition, entries }, change: null }];
}

/** Frames that go out of a pipeline for so many that come in. */
export function framesOut(definition: PipelineDefinition, format: AudioFormat, frames: number): number {
  let rate = format.sampleRate;
  return segmentsOf(definition).reduce((count, { change }) => {
    if (change === null) return count;
    const from = rate;
    rate = change.definition.outputFormat({ ...format, sampleRate: rate }, change.params).sampleRate;
    return resampledFrames(count, from, rate);
  }, frames);
}

/** What goes out of a pipeline for what comes in; refuses a format that one of its stages can't take. */
export function formatOut(definition: PipelineDefinition, format: AudioFormat): AudioFormat {
  return segmentsOf(definition).reduce((given, { definition: { entries }, change }) => {
    const last = new EntryFormats(entries, given).output(entries.at(-1)?.id ?? IN);
    return change ? change.definition.outputFormat(last, change.params) : last;
  }, format);
}
