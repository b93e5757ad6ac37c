import type { AnyController } from '../stages/controller.ts';
import type { AnyStage } from '../stages/define-stage.ts';

/** A signal that an entry takes: a port of an earlier entry, or of what comes in. */
export interface InputRef {
  /** Id of an earlier entry, or the name of an input. */
  readonly from: string;
  /** Name of one of its outputs. */
  readonly port: string;
  /** Gain on the way, in dB; -Infinity for a signal that is there for its latency alone. */
  readonly gainDb: number;
}

/** One stage of a checked pipeline: every name resolved, every parameter present. */
export interface PipelineEntry {
  /** The entry's own id; behind those of the parts that it stands in, as in `vocal.tone`. */
  readonly id: string;
  /** File and place, for messages: `mastering.json: stages[2]`. */
  readonly where: string;
  readonly definition: AnyStage;
  readonly params: Readonly<Record<string, unknown>>;
  /** What its stage is prepared with where it takes over the state of another: what that one was prepared with. */
  readonly made?: Readonly<Record<string, unknown>>;
  /** Signals that are summed at `main`; at least one. */
  readonly inputs: readonly InputRef[];
  readonly key: InputRef | null;
  /** Channels that the stage has, from 0; the others pass, latency matched. Null is all. */
  readonly channels: readonly number[] | null;
  /** Share of the processed signal, 0..1; the rest is the input, latency matched. */
  readonly mix: number;
  readonly bypass: boolean;
  readonly description: string | undefined;
}

/** A controller of a checked pipeline: who it hears and who it moves. */
export interface PipelineController {
  readonly id: string;
  readonly definition: AnyController;
  readonly params: Readonly<Record<string, unknown>>;
  /** Ids of entries by role. */
  readonly hears: Readonly<Record<string, string>>;
  readonly drives: Readonly<Record<string, string>>;
  readonly description: string | undefined;
}

/** A signal that goes out. */
export interface PipelineOutput {
  readonly name: string;
  readonly from: InputRef;
}

/** A file that a pipeline names: a part for `use`, or what it `extends`. */
export interface PartFile {
  /** What messages call it. */
  readonly where: string;
  /** The file itself, links resolved: the same for the same file. */
  readonly path: string;
  readonly text: string;
}

/**
 * Finds the file that `reference` means in the pipeline at `from` (its path, links resolved; null for one that is no
 * file), and the same one each time; throws a pipeline error that says what is wrong with the reference.
 */
export type PartResolver = (reference: string, from: string | null) => PartFile;

/** A parameter that a file may give by name where its stage or controller takes a value, and who knows the names. */
export interface NamedParameter {
  /** Name of the stage or controller. */
  readonly of: string;
  readonly parameter: string;
  /** What a name is, in words. */
  readonly doc: string;
  readonly names: () => readonly string[];
  /** The name that is meant where the file gives none. */
  readonly initial?: string;
  /** What a name means in the pipeline at `from` (as for a `PartResolver`); throws what is wrong with it. */
  readonly resolve: (name: string, from: string | null) => unknown;
}

/** What the graph is handed beside the stages: who may move parameters, and what names mean. */
export interface PipelineRegistry {
  readonly controllers: readonly AnyController[];
  readonly named: readonly NamedParameter[];
}

/** What a caller wants of the output, whatever comes in. */
export interface WantedFormat {
  /** Hz. */
  readonly rate?: number | undefined;
  /** A layout's name or a number of channels. */
  readonly channels?: string | number | undefined;
}

/** Where a pipeline comes from, and who finds the files that it names. */
export interface PipelineOrigin {
  /** What messages call it. */
  readonly where: string;
  /** Its file, links resolved; null for a value. */
  readonly path: string | null;
  readonly parts: PartResolver | null;
  /** Without it there are no controllers and no names. */
  readonly registry?: PipelineRegistry;
  /** What is put in front of its stages, beside what the file says. */
  readonly wanted?: WantedFormat;
}

/** A pipeline file that has been checked. Entries are in order: each takes earlier ones only. */
export interface PipelineDefinition {
  readonly name: string;
  readonly description: string | undefined;
  /** Names of what comes in; the first is the one that sets the length. */
  readonly inputs: readonly string[];
  /** What goes out; the first is `main`. */
  readonly outputs: readonly PipelineOutput[];
  readonly entries: readonly PipelineEntry[];
  readonly controllers: readonly PipelineController[];
  /** Its knobs, those of what it extends too. */
  readonly parameters: Readonly<Record<string, Knob>>;
  /** What moves parameters at times of the output, of what it extends too. */
  readonly automation: readonly object[];
  /** The JSON it was made from, for changing settings and checking again. */
  readonly source: PipelineSource;
  readonly origin: PipelineOrigin;
}

/** Where a knob leads: a parameter `id.parameter`, and the range that its own range is spread over. */
export interface KnobTarget {
  readonly path: string;
  readonly range?: readonly [number, number] | undefined;
}

/** A name for one or several parameters of a pipeline. */
export interface Knob {
  readonly description?: string | undefined;
  readonly unit?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly to: readonly KnobTarget[];
}

/** A pipeline file as it stands in JSON, its shape checked and nothing else. */
export interface PipelineSource {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly extends?: string | undefined;
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  readonly inputs?: readonly string[] | undefined;
  readonly outputs?: Readonly<Record<string, string>> | undefined;
  readonly parameters?: Readonly<Record<string, Knob>> | undefined;
  readonly stages: readonly Readonly<Record<string, unknown>>[];
  /** What moves parameters by what stages measure. */
  readonly controllers?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** Parameters that move at times of the output. */
  readonly automation?: readonly object[] | undefined;
  /** Other pipelines, by the time of day in the time zone. */
  readonly schedule?: readonly { readonly at: string; readonly use: string }[] | undefined;
  readonly timeZone?: string | undefined;
}

/** The id of what comes in, unless the pipeline names its inputs. */
export const IN = 'in';

/** The output of a stage that has only one, of what comes in, and of a pipeline. */
export const MAIN = 'main';
