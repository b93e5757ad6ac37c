import type { AnyStage } from '../stages/define-stage.ts';

/** A signal that an entry takes: a port of an earlier entry, or of what comes in. */
export interface InputRef {
  /** Id of an earlier entry, or `in`. */
  readonly from: string;
  /** Name of one of its outputs. */
  readonly port: string;
  /** Gain on the way, in dB. */
  readonly gainDb: number;
}

/** One stage of a checked pipeline: every name resolved, every parameter present. */
export interface PipelineEntry {
  readonly id: string;
  readonly definition: AnyStage;
  readonly params: Readonly<Record<string, unknown>>;
  /** Signals that are summed at `main`; at least one. */
  readonly inputs: readonly InputRef[];
  readonly key: InputRef | null;
  /** Share of the processed signal, 0..1; the rest is the input, latency matched. */
  readonly mix: number;
  readonly bypass: boolean;
  readonly description: string | undefined;
}

/** A pipeline file that has been checked. Entries are in order: each takes earlier ones only; the last goes out. */
export interface PipelineDefinition {
  readonly name: string;
  readonly description: string | undefined;
  readonly entries: readonly PipelineEntry[];
  /** The JSON it was made from, for changing settings and checking again. */
  readonly source: PipelineSource;
}

/** A pipeline file as it stands in JSON, its shape checked and nothing else. */
export interface PipelineSource {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly stages: readonly Readonly<Record<string, unknown>>[];
  /** Parameters that move at times of the output. */
  readonly automation?: readonly object[] | undefined;
}

/** The id of what comes in. */
export const IN = 'in';

/** The output of a stage that has only one, and of what comes in. */
export const MAIN = 'main';
