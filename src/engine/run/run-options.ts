import type { Readable, Writable } from 'node:stream';
import type { AudioFormat } from '../../audio/format.ts';
import type { BackendName, KeptMemory } from '../../dsp/kernel-memory.ts';
import type { PlannedMove } from '../../graph/automation.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import type { MetadataChunk } from '../../io/metadata-chunk.ts';
import type { RawFormat, SampleEncoding } from '../../io/sample-format.ts';
import type { FormatChange } from '../../io/stream-decoder.ts';
import type { DitherKind } from '../../io/stream-encoder.ts';
import type { MonitoredRun, RunEvent } from '../../monitor/monitored-run.ts';
import type { Progress } from '../../monitor/progress-line.ts';
import type { ComparedSecond } from '../../monitor/run-figures.ts';
import type { Decision } from '../../stages/controller.ts';
import type { StageListener } from '../air/stage-shield.ts';
import type { CheckpointOptions } from '../checkpoint/checkpoint-taker.ts';
import type { Resumption } from '../checkpoint/resumption.ts';
import type { OutputSink } from '../files/output-sink.ts';
import type { NamedInput } from '../files/side-input.ts';
import type { ThreadCount } from '../thread-count.ts';
import type { ThreadCrew } from '../threads/thread-crew.ts';
import type { LoudnessLog } from './loudness-log.ts';
import type { RunStats } from './run-stats.ts';

/** What a run is made of. */
export interface RunOptions {
  readonly pipeline: PipelineDefinition;
  /** Moves of parameters beside those that stand in the pipeline's file. */
  readonly automation?: readonly PlannedMove[];
  /** Told of what the pipeline's controllers decide. */
  readonly onDecision?: ((decision: Decision) => void) | undefined;
  /** Measures what comes in beside what goes out, and is told of every second; the summary has the figures. */
  readonly compare?: ((second: ComparedSecond) => void) | undefined;
  /** Measures the loudness of what comes in, before any stage; the summary has it. @default false */
  readonly measureInput?: boolean;
  /** Takes the time of the stages. */
  readonly stats?: RunStats | undefined;
  /** Called at the start with what can change the run. */
  readonly onStart?: ((control: RunControl) => void) | undefined;
  /** Has stages that fail passed by, and is told of it with the frame of the input, to a block. */
  readonly onStage?: ((frame: number, ...what: Parameters<StageListener>) => void) | undefined;
  /** Called once the format is known: what comes in, and frames by which the pipeline is late before it is aligned. */
  readonly onOpen?: ((format: AudioFormat, latency: number) => void) | undefined;
  /** Bytes of a WAV, or of headerless samples when `raw` says so. Destroyed at the end of the run. */
  readonly input: Readable;
  /** For messages. @default 'input' */
  readonly inputName?: string;
  /** Takes `main`. */
  readonly output: OutputSink;
  /** WAVs for the pipeline's further inputs, by name; destroyed at the end of the run. */
  readonly inputs?: Readonly<Record<string, NamedInput>>;
  /** What takes the pipeline's further outputs, by name. */
  readonly outputs?: Readonly<Record<string, OutputSink>>;
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Worked on, where passes follow one another. @default a memory of its own */
  readonly memory?: KeptMemory | undefined;
  readonly raw?: RawFormat | undefined;
  /** Samples of the output; those of the input by default. */
  readonly sampleFormat?: SampleEncoding | undefined;
  /** Most frames that are processed at a time; changes no bit of the output. @default 4096 */
  readonly blockFrames?: number;
  /**
   * Threads that the graph is shared out over, this one included; changes no bit of the output, which comes some blocks
   * later, and keeps a thread waiting while another works. @default 1
   */
  readonly threads?: ThreadCount;
  /** So many threads that were hired before, with `hireThreads`; dismissed at the end of the run where it uses them. */
  readonly crew?: ThreadCrew | null;
  /** Where the word length is reduced. @default 'tpdf' */
  readonly dither?: DitherKind | undefined;
  /** Of the dither. @default 0 */
  readonly seed?: number;
  /** Takes readings, and changes that came while running, as JSON lines; ended with the run. */
  readonly report?: Writable | undefined;
  /** Takes the loudness of what goes out, a line a second of the stream and one an hour. */
  readonly loudnessLog?: LoudnessLog | undefined;
  /** Ends the run early: what has come in is processed and written, and the header is finished. */
  readonly signal?: AbortSignal | undefined;
  /** What happens to the stages where another file begins in the input: nothing, or they start anew. @default 'keep' */
  readonly onTrack?: 'keep' | 'reset' | undefined;
  /** What becomes of such a file with another rate or other channels: the run ends there, or it is converted. @default 'stop' */
  readonly onFormatChange?: FormatChange | undefined;
  /** Metadata that stands behind the audio of the input, where it is a file that can be looked into: `fileMetadata`. */
  readonly metadataBehind?: readonly MetadataChunk[] | undefined;
  /** Whether the metadata of the input goes with its audio. @default true */
  readonly metadata?: boolean | undefined;
  /** Whether an output that could not be completed stays, as far as it goes. @default false */
  readonly partial?: boolean | undefined;
  /** Makes an error of what the guard would replace. @default false */
  readonly strict?: boolean | undefined;
  /** Meters the run for `RunControl.live`. @default false */
  readonly metered?: boolean | undefined;
  /** Told of parameters that moved, pipelines that took over and samples that the guard replaced. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Writes the state of the run to a file now and then, so that it can be gone on with after it was cut short. */
  readonly checkpoint?: CheckpointOptions | undefined;
  /** Goes on with a run that had the same options, into what it has left of its output. */
  readonly resume?: Resumption | undefined;
  /** Called at most ten times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Changes a run from outside. */
export interface RunControl {
  /** What the pipeline is, with everything asked for so far. */
  readonly pipeline: PipelineDefinition;
  /** Becomes another pipeline as soon as its stages are loaded. */
  replace(pipeline: PipelineDefinition): Promise<void>;
  /** What a monitor sees of it; without readings unless the run is `metered`. */
  readonly live: MonitoredRun;
}
