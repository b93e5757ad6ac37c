import type { AudioFormat } from '../audio/format.ts';
import type { InputRef, PipelineDefinition, PipelineEntry } from './definition.ts';
import { EntryFormats } from './entry-formats.ts';

/** From a frame of the output on: which outputs no stage touches, in the order of the pipeline. */
export interface TransparentFrom {
  readonly frame: number;
  readonly outputs: readonly boolean[];
}

/** True when no stage on the way from the first input to the output of a name changes a sample of that format. */
export function isTransparent(pipeline: PipelineDefinition, format: AudioFormat, output: string): boolean {
  const { entries, inputs, outputs } = pipeline;
  const formats = new EntryFormats(pipeline, format);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const keepsRate = (entry: PipelineEntry): boolean =>
    entry.definition.changesRate &&
    formats.output({ ...entry.inputs[0], from: entry.id }).sampleRate === formats.input(entry).sampleRate;
  let ref: InputRef | undefined = outputs.find(({ name }) => name === output)?.from;
  for (;;) {
    const entry: PipelineEntry | undefined = ref && byId.get(ref.from);
    if (entry === undefined) return ref?.from === inputs[0];
    const passes = entry.definition.transparent || entry.bypass || keepsRate(entry);
    if (!passes || entry.inputs.length > 1 || entry.inputs[0].gainDb !== 0) return false;
    ref = entry.inputs[0];
  }
}
