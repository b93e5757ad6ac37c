import { finished, type Readable } from 'node:stream';
import { pipeline as connect } from 'node:stream/promises';
import { AuralisError, inputError, outputError } from '../../audio/errors.ts';
import { chooseBackend } from '../../dsp/kernel-memory.ts';
import { automationChanges, entryOf, ownMoves } from '../../graph/automation.ts';
import { loadPipelineStages } from '../../graph/prepare-pipeline.ts';
import type { Patch } from '../../io/stream-encoder.ts';
import { shieldStage } from '../air/stage-shield.ts';
import { codecWarnings, decodedStream } from '../files/codec-input.ts';
import type { OutputSink } from '../files/output-sink.ts';
import { SideInput } from '../files/side-input.ts';
import { SideOutput } from '../files/side-output.ts';
import { isReaderGone, isSystemError, named } from '../files/system-reason.ts';
import { crewFor } from '../threads/crew-for.ts';
import { AudioPath } from './audio-path.ts';
import { LiveRun } from './live-run.ts';
import { RunMonitor } from './run-monitor.ts';
import type { RunOptions } from './run-options.ts';
import { type RunSummary, summarise } from './run-summary.ts';
import { sidesFor } from './sides-for.ts';
import { takerFor } from './taker-for.ts';

/** One run: decodes the input, sends it through the pipeline, encodes it to the output. */
export async function runPipeline(options: RunOptions): Promise<RunSummary> {
  const { pipeline, input, inputName = 'input', output, raw, sampleFormat, signal } = options;
  const { onFormatChange, onStage } = options;
  const backend = chooseBackend(options.backend);
  const automation = [...ownMoves(pipeline), ...(options.automation ?? [])];
  // Tried at some rate before anything is opened, so that what does not fit is told at once.
  automationChanges(pipeline, automation, 48000);
  const monitor = new RunMonitor(options);
  const checkpoints = takerFor(options, automation);
  const stop = new AbortController();
  const { inputs, outputs } = options;
  const fail = (error: Error): void => {
    path.stream.destroy(error);
  };
  const sides = {
    inputs: sidesFor('input', pipeline.inputs.slice(1), inputs).map(
      (side) => new SideInput(side, onFormatChange),
    ),
    outputs: sidesFor(
      'output',
      pipeline.outputs.slice(1).map(({ name }) => name),
      outputs,
    ).map((sink, n) => new SideOutput(pipeline.outputs[n + 1].name, sink, fail)),
  };
  const { crew, warnings } = crewFor(options);
  const path: AudioPath = new AudioPath({
    pipeline,
    automation,
    onChange: (change) => monitor.change(entryOf(change)),
    onDecision: options.onDecision,
    backend,
    memory: options.memory,
    blockFrames: options.blockFrames ?? 4096,
    crew,
    seed: options.seed ?? 0,
    dither: options.dither ?? 'tpdf',
    seekable: output.revision !== null,
    raw,
    sampleFormat,
    samplesFor: output.samplesFor,
    // Who converts tracks expects some.
    onTrack: options.onTrack ?? (onFormatChange === 'convert' ? 'keep' : undefined),
    onFormatChange,
    metadata: options.metadata,
    metadataBehind: options.metadataBehind,
    strict: options.strict,
    watchLoudness: options.loudnessLog !== undefined,
    metered: options.metered === true,
    measureInput: options.measureInput === true,
    compare: options.compare,
    onPrepared: (id, processor) => {
      processor.keepsReadings = options.report !== undefined;
      options.stats?.watch(id, processor);
      if (onStage)
        shieldStage(id, processor, (...what) => onStage(path.open?.graph.run.framesIn ?? 0, ...what));
    },
    inputName,
    inputs: sides.inputs,
    outputs: sides.outputs,
    onOpen: ({ header, graph, comparison }) => {
      if (comparison) options.stats?.watchComparison(comparison);
      options.onOpen?.(header.format, graph.latency);
    },
    resume: options.resume,
    checkpoints,
    onBlock: (block, open) => monitor.block(block, open),
    onFailure: () => stop.abort(),
  });

  output.onWritten = (chunk) => {
    checkpoints?.written(chunk.length);
    path.release(chunk);
  };
  const cut = (): void => sides.inputs.forEach((side) => void side.cut());
  signal?.addEventListener('abort', cut, { once: true });
  if (signal?.aborted) cut();
  let ended = false;
  let source = input;
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
      live: new LiveRun(path, input, output.stream),
    });
    await Promise.all(sides.inputs.map((side) => side.open()));
    const ends = [stop.signal, ...(signal ? [signal] : [])];
    if (!raw)
      source = await decodedStream(input, signal).catch((error) => {
        throw named(error, inputName, inputError);
      });
    const readerGone = await carry(source, inputName, path, output, AbortSignal.any(ends));
    await checkpoints?.stop();
    await revise(output, path.patches);
    const aborted = signal?.aborted ?? false;
    const worthIt = !aborted || options.partial === true;
    if (worthIt) output.keep?.();
    ended = true;
    await endAll(sides.outputs, worthIt);
    await monitor.end(path.open);
    // A track that the run ends at takes nothing from those before it.
    if (path.failure !== null) throw named(path.failure, inputName, inputError);
    if (!aborted && !readerGone) await checkpoints?.remove();
    const summary = summarise(path, monitor, backend, { aborted, readerGone }, checkpoints);
    if (path.open && !readerGone) options.memory?.keep(path.open.memory);
    return { ...summary, warnings: [...codecWarnings(source), ...summary.warnings, ...warnings] };
  } catch (error) {
    await checkpoints?.stop();
    if (!ended && (options.partial || output.keep === null)) await salvage(output, path);
    throw error;
  } finally {
    signal?.removeEventListener('abort', cut);
    source.destroy();
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
