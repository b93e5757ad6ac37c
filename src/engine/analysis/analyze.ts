import { fstatSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { inputError } from '../../audio/errors.ts';
import { type BackendName, chooseBackend, type KeptMemory } from '../../dsp/kernel-memory.ts';
import type { RawFormat } from '../../io/sample-format.ts';
import type { AudioHeader } from '../../io/stream-decoder.ts';
import type { Analysis, AnalysisCurves } from '../../monitor/analysis.ts';
import { codecInput } from '../files/codec-input.ts';
import { type FileCalls, pooledCalls } from '../files/file-calls.ts';
import { readBlocks } from '../files/read-blocks.ts';
import { rotatingReader } from '../files/rotating-reader.ts';
import { systemReason } from '../files/system-reason.ts';
import { AnalysisTaker } from './analysis-taker.ts';
import { checkMeasures, type Measure } from './measures.ts';

export { KeptMemory } from '../../dsp/kernel-memory.ts';
export type { Analysis, AnalysisCurves, ChannelAnalysis } from '../../monitor/analysis.ts';
export type { Measure } from './measures.ts';

export interface AnalyzeOptions {
  /** What to measure; nothing else is computed. @default everything */
  readonly only?: readonly Measure[] | undefined;
  /** Whether to keep curves for charts: loudness over time, spectrogram and so on. @default false */
  readonly curves?: boolean;
  /** Of an input without a header. */
  readonly raw?: RawFormat | undefined;
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Worker threads for the spectrum of long inputs; the figures are the same to the bit. @default 'auto' */
  readonly threads?: number | 'auto';
  /** For messages. @default the path, or 'input' */
  readonly inputName?: string;
  /** Ends the analysis early: what has come in is measured. */
  readonly signal?: AbortSignal | undefined;
  /** Worked on, where passes follow one another. @default a memory of its own */
  readonly memory?: KeptMemory | undefined;
  /** How a file that is given by its path is read. @default pooledCalls */
  readonly calls?: FileCalls | undefined;
}

/** An analysis and what belongs to it. */
export interface AnalyzeResult {
  /** The figures: dB of silence is -Infinity here, and null in JSON. */
  readonly analysis: Analysis;
  /** Null unless they were asked for. */
  readonly curves: AnalysisCurves | null;
  /** What was wrong with the input, a line each. */
  readonly warnings: readonly string[];
}

/**
 * Measures a file (given by its path) or a stream of bytes, in constant memory.
 * @throws AuralisError of kind `input` for what can't be read, of kind `usage` for an unknown measure
 */
export async function analyze(
  input: string | Readable,
  options: AnalyzeOptions = {},
): Promise<AnalyzeResult> {
  const wanted = checkMeasures(options.only);
  const inputName = options.inputName ?? (typeof input === 'string' ? input : 'input');
  const backend = chooseBackend(options.backend);
  const { curves = false, threads = 'auto', raw, signal, memory: kept } = options;
  // Loaded only where it is wanted: threads and FFTs cost a quick reading of levels more than they give.
  const spectrum =
    wanted.has('spectrum') || wanted.has('features') ? await import('./spectrum-analysis.ts') : null;
  const { header, frames, taker, memory, warnings } = await readBlocks(
    typeof input === 'string' ? openFile(input, options.calls) : input,
    { inputName, backend, raw, signal, memory: kept },
    (memory, { format, announcedFrames }) =>
      new AnalysisTaker(memory, {
        format,
        wanted,
        curves,
        spectrum:
          spectrum && new spectrum.SpectrumAnalysis({ format, backend, threads, frames: announcedFrames }),
      }),
  );
  const { sampleRate } = header.format;
  const result = {
    analysis: {
      schema: 1 as const,
      format: describeFormat(header),
      frames,
      duration: frames / sampleRate,
      ...taker.figures(),
    },
    curves: taker.curves(),
    warnings,
  };
  kept?.keep(memory);
  return result;
}

/** Opens a file for reading: as it is, or as the WAV of what is in it where it holds another codec. */
export function openFile(path: string, calls: FileCalls = pooledCalls): Readable {
  try {
    return codecInput(path, calls) ?? openAsItIs(path, calls);
  } catch (cause) {
    throw inputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}

function openAsItIs(path: string, calls: FileCalls): Readable {
  const fd = openSync(path, 'r');
  // A pipe or a device may keep one waiting, which this thread must not do.
  return rotatingReader(fd, 'file', { calls: fstatSync(fd).isFile() ? calls : pooledCalls });
}

function describeFormat({ container, format, sampleFormat }: AudioHeader): Analysis['format'] {
  const { sampleRate, channels, layout } = format;
  return { container, encoding: sampleFormat.encoding, sampleRate, channels, layout };
}
