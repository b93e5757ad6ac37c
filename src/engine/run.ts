import { finished, type Readable, type Writable } from 'node:stream';
import { pipeline as connect } from 'node:stream/promises';
import { AuralisError, inputError, outputError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { GuardReport } from '../dsp/guard.ts';
import { type BackendName, chooseBackend } from '../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { loadPipelineStages } from '../graph/prepare-pipeline.ts';
import type { RawFormat, SampleEncoding } from '../io/sample-format.ts';
import type { DitherKind } from '../io/stream-encoder.ts';
import type { Progress } from '../monitor/progress-line.ts';
import type { PlainReading } from '../monitor/reading-line.ts';
import { AudioPath } from './audio-path.ts';
import type { OutputSink } from './output-sink.ts';
import { RunMonitor } from './run-monitor.ts';
import { isReaderGone, isSystemError, systemReason } from './system-reason.ts';

export interface RunOptions {
  readonly pipeline: PipelineDefinition;
  /** Bytes of a WAV, or of headerless samples when `raw` says so. Destroyed at the end of the run. */
  readonly input: Readable;
  /** For messages. @default 'input' */
  readonly inputName?: string;
  readonly output: OutputSink;
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  readonly raw?: RawFormat | undefined;
  /** Samples of the output; those of the input by default. */
  readonly sampleFormat?: SampleEncoding | undefined;
  /** Most frames that are processed at a time; changes no bit of the output. @default 4096 */
  readonly blockFrames?: number;
  /** Where the word length is reduced. @default 'tpdf' */
  readonly dither?: DitherKind | undefined;
  /** Of the dither. @default 0 */
  readonly seed?: number;
  /** Takes readings as JSON lines; ended with the run. */
  readonly report?: Writable | undefined;
  /** Ends the run early: what has come in is processed and written, and the header is finished. */
  readonly signal?: AbortSignal | undefined;
  /** Called at most ten times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a run did. */
export interface RunSummary {
  /** Null when the input ended or was cut before its format was known. */
  readonly format: AudioFormat | null;
  /** Of what went out; null like `format`. */
  readonly outputFormat: AudioFormat | null;
  readonly backend: BackendName;
  readonly framesIn: number;
  readonly framesOut: number;
  /** Seconds of audio that went out. */
  readonly seconds: number;
  /** Seconds that the run took. */
  readonly elapsed: number;
  /** Frames by which the pipeline was late before alignment. */
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

/** One run: decodes the input, sends it through the pipeline, encodes it to the output. */
export async function runPipeline(options: RunOptions): Promise<RunSummary> {
  const { pipeline, input, inputName = 'input', output, raw, sampleFormat, signal } = options;
  const backend = chooseBackend(options.backend);
  const monitor = new RunMonitor(options);
  const path = new AudioPath({
    pipeline,
    backend,
    blockFrames: options.blockFrames ?? 4096,
    seed: options.seed ?? 0,
    dither: options.dither ?? 'tpdf',
    seekable: output.patch !== null,
    raw,
    sampleFormat,
    samplesFor: output.samplesFor,
    onBlock: (block, open) => monitor.block(block, open),
  });
  output.onWritten = (chunk) => path.release(chunk);
  await loadPipelineStages(pipeline);
  try {
    const readerGone = await carry(input, inputName, path, output, signal);
    for (const { position, bytes } of path.patches) {
      await output.patch?.(position, bytes).catch((error) => {
        throw named(error, output.name, outputError);
      });
    }
    await monitor.end(path.open);
    return summarise(path, monitor, backend, { aborted: signal?.aborted ?? false, readerGone });
  } finally {
    input.destroy();
    output.close();
  }
}

/** Carries all bytes from end to end; true when the reader of the output went away on the way. */
async function carry(
  input: Readable,
  inputName: string,
  path: AudioPath,
  output: OutputSink,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const cut = (): void => {
    input.unpipe(path.stream);
    path.cut();
  };
  finished(input, { writable: false }, (error) => {
    if (error && !signal?.aborted) path.stream.destroy(named(error, inputName, inputError));
  });
  input.pipe(path.stream);
  signal?.addEventListener('abort', cut, { once: true });
  if (signal?.aborted) cut();
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
    signal?.removeEventListener('abort', cut);
  }
}

/** An error that says which input or output it is about; one that does already stays as it is. */
function named(error: unknown, name: string, kind: typeof inputError): AuralisError {
  const message = systemReason(error);
  if (error instanceof AuralisError && message.startsWith(`${name}: `)) return error;
  return kind(`${name}: ${message}`, { cause: error });
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
  if (monitor.reportFailure !== null) warnings.push(monitor.reportFailure);
  return { ...summary, warnings };
}

/** What was changed beyond what the pipeline says, a line each. */
function describeLosses({
  format,
  guard,
  clippedSamples,
}: Pick<RunSummary, 'format' | 'guard' | 'clippedSamples'>): string[] {
  const lines: string[] = [];
  if (format && guard && guard.firstFrame !== null) {
    const seconds = (guard.firstFrame / format.sampleRate).toFixed(3);
    lines.push(
      `${guard.replaced} samples were not finite or above +60 dBFS and became 0, the first at ${seconds} s`,
    );
  }
  if (clippedSamples > 0) lines.push(`${clippedSamples} samples beyond full scale were clipped`);
  return lines;
}
