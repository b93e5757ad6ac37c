import { finished, type Readable, type Writable } from 'node:stream';
import { pipeline as connect } from 'node:stream/promises';
import { AuralisError, inputError, outputError, usageError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { didYouMean } from '../audio/nearest.ts';
import { quoted } from '../audio/shown.ts';
import type { GuardReport } from '../dsp/guard.ts';
import { type BackendName, chooseBackend } from '../dsp/kernel-memory.ts';
import { automationChanges, entryOf, ownMoves, type PlannedMove } from '../graph/automation.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { loadPipelineStages } from '../graph/prepare-pipeline.ts';
import { segmentsOf } from '../graph/segments.ts';
import type { RawFormat, SampleEncoding } from '../io/sample-format.ts';
import type { DitherKind, Patch } from '../io/stream-encoder.ts';
import type { Progress } from '../monitor/progress-line.ts';
import type { PlainReading } from '../monitor/reading-line.ts';
import type { Controller } from '../stages/controller.ts';
import { AudioPath } from './audio-path.ts';
import { describeReplaced } from './guard-findings.ts';
import type { LoudnessLog } from './loudness-log.ts';
import type { OutputSink } from './output-sink.ts';
import { RunMonitor } from './run-monitor.ts';
import { type NamedInput, SideInput } from './side-input.ts';
import { SideOutput } from './side-output.ts';
import { isReaderGone, isSystemError, named } from './system-reason.ts';
import { type ThreadCount, threadCount } from './thread-count.ts';
import { ThreadCrew } from './threads/thread-crew.ts';

export interface RunOptions {
  readonly pipeline: PipelineDefinition;
  /** Moves of parameters beside those that stand in the pipeline's file. */
  readonly automation?: readonly PlannedMove[];
  /** Makes what moves parameters by what the stages measure, once the format is known. */
  readonly controller?: ((format: AudioFormat) => Controller) | undefined;
  /** Called at the start with what can change the run. */
  readonly onStart?: ((control: RunControl) => void) | undefined;
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
  /** Whether the metadata of a WAV goes with its audio. @default true */
  readonly metadata?: boolean | undefined;
  /** Whether an output that could not be completed stays, as far as it goes. @default false */
  readonly partial?: boolean | undefined;
  /** Makes an error of what the guard would replace. @default false */
  readonly strict?: boolean | undefined;
  /** Called at most ten times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Changes a run from outside. */
export interface RunControl {
  /** What the pipeline is, with everything asked for so far. */
  readonly pipeline: PipelineDefinition;
  /** Becomes another pipeline as soon as its stages are loaded. */
  replace(pipeline: PipelineDefinition): Promise<void>;
}

/** What a run did. */
export interface RunSummary {
  /** Null when the input ended or was cut before its format was known. */
  readonly format: AudioFormat | null;
  /** Of what went out as `main`; null like `format`. */
  readonly outputFormat: AudioFormat | null;
  readonly backend: BackendName;
  readonly framesIn: number;
  readonly framesOut: number;
  /** Seconds of audio that went out. */
  readonly seconds: number;
  /** Seconds that the run took. */
  readonly elapsed: number;
  /** Frames of the input by which the pipeline was late before alignment. */
  readonly latency: number;
  readonly dither: DitherKind;
  /** Samples beyond full scale that an integer output clipped. */
  readonly clippedSamples: number;
  /** Null when the pipeline needs no guard. */
  readonly guard: GuardReport | null;
  /** One line each. */
  readonly warnings: readonly string[];
  /** What every stage measured, by id. */
  readonly meters: Readonly<Record<string, PlainReading>>;
  /** The signal ended the run. */
  readonly aborted: boolean;
  /** Whoever read the output went away before its end. */
  readonly readerGone: boolean;
}

const ONE_THREAD = 'ran on one thread: the pipeline changes its rate on the way';

/** One run: decodes the input, sends it through the pipeline, encodes it to the output. */
export async function runPipeline(options: RunOptions): Promise<RunSummary> {
  const { pipeline, input, inputName = 'input', output, raw, sampleFormat, signal } = options;
  const backend = chooseBackend(options.backend);
  const automation = [...ownMoves(pipeline), ...(options.automation ?? [])];
  // Tried at some rate before anything is opened, so that what does not fit is told at once.
  automationChanges(pipeline, automation, 48000);
  const monitor = new RunMonitor(options);
  const stop = new AbortController();
  const { inputs, outputs } = options;
  const fail = (error: Error): void => {
    path.stream.destroy(error);
  };
  const sides = {
    inputs: sidesFor('input', pipeline.inputs.slice(1), inputs).map((side) => new SideInput(side)),
    outputs: sidesFor(
      'output',
      pipeline.outputs.slice(1).map(({ name }) => name),
      outputs,
    ).map((sink, n) => new SideOutput(pipeline.outputs[n + 1].name, sink, fail)),
  };
  const { threads = 1 } = options;
  const several = threadCount(threads) > 1;
  const keepsRate = segmentsOf(pipeline).length === 1;
  const crew = several && keepsRate ? new ThreadCrew(threads) : null;
  const path: AudioPath = new AudioPath({
    pipeline,
    automation,
    onChange: (change) => monitor.change(entryOf(change)),
    controller: options.controller,
    backend,
    blockFrames: options.blockFrames ?? 4096,
    crew,
    seed: options.seed ?? 0,
    dither: options.dither ?? 'tpdf',
    seekable: output.revision !== null,
    raw,
    sampleFormat,
    samplesFor: output.samplesFor,
    onTrack: options.onTrack,
    metadata: options.metadata,
    strict: options.strict,
    watchLoudness: options.loudnessLog !== undefined,
    inputName,
    inputs: sides.inputs,
    outputs: sides.outputs,
    onBlock: (block, open) => monitor.block(block, open),
    onFailure: () => stop.abort(),
  });

  output.onWritten = (chunk) => path.release(chunk);
  const cut = (): void => sides.inputs.forEach((side) => void side.cut());
  signal?.addEventListener('abort', cut, { once: true });
  if (signal?.aborted) cut();
  let ended = false;
  try {
    await loadPipelineStages(pipeline);
    options.onStart?.({
      get pipeline() {
        return path.pipeline;
      },
      async replace(next) {
        await loadPipelineStages(next);
        path.replace(next);
      },
    });
    await Promise.all(sides.inputs.map((side) => side.open()));
    const ends = [stop.signal, ...(signal ? [signal] : [])];
    const readerGone = await carry(input, inputName, path, output, AbortSignal.any(ends));
    if (path.failure !== null) throw named(path.failure, inputName, inputError);
    await revise(output, path.patches);
    const aborted = signal?.aborted ?? false;
    const worthIt = !aborted || options.partial === true;
    if (worthIt) output.keep?.();
    ended = true;
    await endAll(sides.outputs, worthIt);
    await monitor.end(path.open);
    const summary = summarise(path, monitor, backend, { aborted, readerGone });
    if (!several || keepsRate || threads === 'auto') return summary;
    return { ...summary, warnings: [...summary.warnings, ONE_THREAD] };
  } catch (error) {
    if (options.partial || output.keep === null) await salvage(output, path);
    throw error;
  } finally {
    signal?.removeEventListener('abort', cut);
    input.destroy();
    cut();
    output.close();
    await path.close();
    // What went wrong is told already; what came before it is still worth a readable file.
    if (!ended) await endAll(sides.outputs, options.partial === true).catch(() => {});
  }
}

async function revise(output: OutputSink, patches: readonly Patch[]): Promise<void> {
  for (const { position, bytes } of patches) {
    await output.revision?.patch(position, bytes).catch((error) => {
      throw named(error, output.name, outputError);
    });
  }
}

/** Makes of what has been written a file that can be read, where that can be done. */
async function salvage(output: OutputSink, path: AudioPath): Promise<void> {
  const { revision } = output;
  const { length, patches } = path.endAt(revision?.written() ?? 0);
  if (revision === null || length === 0) return;
  try {
    await revision.truncate(length);
    await revise(output, patches);
    output.keep?.();
  } catch {
    // The error that led here is the one to be told.
  }
}

/** Ends every output, also when one of them fails; files stay where they are worth it. */
async function endAll(outputs: readonly SideOutput[], worthIt: boolean): Promise<void> {
  const ends = await Promise.allSettled(outputs.map((side) => side.end(worthIt)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** The streams that stand for names of a pipeline, in its order; each must be there, and no other. */
function sidesFor<T>(
  kind: 'input' | 'output',
  names: readonly string[],
  given: Readonly<Record<string, T>> = {},
): T[] {
  const stray = Object.keys(given).find((name) => !names.includes(name));
  if (stray !== undefined)
    throw usageError(`the pipeline has no further ${kind} ${quoted(stray)}${didYouMean(stray, names)}`);
  return names.map((name) => {
    if (!Object.hasOwn(given, name))
      throw usageError(`nothing is given for the pipeline's ${kind} "${name}"`);
    return given[name];
  });
}

/** Carries all bytes from end to end; true when the reader of the output went away on the way. */
async function carry(
  input: Readable,
  inputName: string,
  path: AudioPath,
  output: OutputSink,
  signal: AbortSignal,
): Promise<boolean> {
  const cut = (): void => {
    input.unpipe(path.stream);
    path.cut();
  };
  finished(input, { writable: false }, (error) => {
    if (error && !signal.aborted) path.stream.destroy(named(error, inputName, inputError));
  });
  input.pipe(path.stream);
  signal.addEventListener('abort', cut, { once: true });
  if (signal.aborted) cut();
  try {
    await connect(path.stream, output.stream);
    return false;
  } catch (error) {
    // What the system says is about the output here: the input's troubles have been named above.
    if (isReaderGone(error)) return true;
    if (isSystemError(error)) throw named(error, output.name, outputError);
    throw error instanceof AuralisError && error.kind === 'input'
      ? named(error, inputName, inputError)
      : error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

function summarise(
  path: AudioPath,
  monitor: RunMonitor,
  backend: BackendName,
  end: Pick<RunSummary, 'aborted' | 'readerGone'>,
): RunSummary {
  const { open } = path;
  const framesOut = open?.encoder.framesWritten ?? 0;
  const summary = {
    format: open?.header.format ?? null,
    outputFormat: open?.graph.run.outputFormat ?? null,
    backend,
    framesIn: open?.graph.run.framesIn ?? 0,
    framesOut,
    seconds: open ? framesOut / open.graph.run.outputFormat.sampleRate : 0,
    elapsed: monitor.elapsed,
    latency: open?.graph.latency ?? 0,
    dither: open?.dither ?? 'none',
    clippedSamples: open?.encoder.clippedSamples ?? 0,
    guard: open?.graph.guard ?? null,
    meters: open?.graph.meters() ?? {},
    ...end,
  };
  const warnings = [...path.warnings, ...describeLosses(summary)];
  for (const { name, clippedSamples } of path.outputs) {
    if (clippedSamples > 0)
      warnings.push(`${name}: ${clippedSamples} samples beyond full scale were clipped`);
  }
  return { ...summary, warnings: [...warnings, ...monitor.failures] };
}

/** What was changed beyond what the pipeline says, a line each. */
function describeLosses({
  format,
  guard,
  clippedSamples,
}: Pick<RunSummary, 'format' | 'guard' | 'clippedSamples'>): string[] {
  const lines: string[] = [];
  if (format && guard && guard.replaced > 0) lines.push(describeReplaced(guard, format));
  if (clippedSamples > 0) lines.push(`${clippedSamples} samples beyond full scale were clipped`);
  return lines;
}
