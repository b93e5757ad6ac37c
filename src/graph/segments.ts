import type { AudioFormat } from '../audio/format.ts';
import { resampledFrames } from '../dsp/rate/resampler.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { EntryFormats } from './entry-formats.ts';

/** A part of a pipeline that runs at one rate. */
export interface Segment {
  /** Its inputs are what the pipeline's are, or what changed the rate in front of it. */
  readonly definition: PipelineDefinition;
  /** What changes the rate behind it, alike for each signal that goes on; none for the last segment. */
  readonly changes: readonly PipelineEntry[];
}

/** Cuts a pipeline where it changes its rate; one that keeps it is a single segment. */
export function segmentsOf(definition: PipelineDefinition): readonly Segment[] {
  const segments: Segment[] = [];
  let entries: PipelineEntry[] = [];
  let changes: PipelineEntry[] = [];
  let { inputs } = definition;
  const cut = (): void => {
    const outputs = changes.map(({ id, inputs: [from] }) => ({ name: id, from }));
    segments.push({ definition: { ...definition, inputs, outputs, entries }, changes });
    inputs = changes.map(({ id }) => id);
    entries = [];
    changes = [];
  };
  for (const entry of definition.entries) {
    const isBehind = changes.some(({ id }) => id === entry.inputs[0].from);
    if (changes.length > 0 && (isBehind || !entry.definition.changesRate)) cut();
    if (entry.definition.changesRate) changes.push(entry);
    else entries.push(entry);
  }
  if (changes.length > 0) cut();
  return [...segments, { definition: { ...definition, inputs, entries }, changes }];
}

/** Frames that go out of a pipeline for so many that come in. */
export function framesOut(definition: PipelineDefinition, format: AudioFormat, frames: number): number {
  const formats = new EntryFormats(definition, format);
  return segmentsOf(definition)
    .flatMap(({ changes }) => changes.slice(0, 1))
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
