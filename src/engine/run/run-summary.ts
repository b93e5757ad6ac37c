import type { AudioFormat } from '../../audio/format.ts';
import type { BackendName } from '../../dsp/kernel-memory.ts';
import type { GuardReport } from '../../dsp/levels/guard.ts';
import type { DitherKind } from '../../io/stream-encoder.ts';
import type { PlainReading } from '../../monitor/reading-line.ts';
import type { ComparedFigures } from '../../monitor/run-figures.ts';
import type { CheckpointPosition } from '../checkpoint/checkpoint.ts';
import type { CheckpointTaker } from '../checkpoint/checkpoint-taker.ts';
import { describeReplaced } from '../files/guard-findings.ts';
import type { InputFigures } from '../path/input-loudness.ts';
import type { AudioPath } from './audio-path.ts';
import type { RunMonitor } from './run-monitor.ts';

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
  /** Of what came in; null unless it was to be measured. */
  readonly inputLoudness: InputFigures | null;
  /** What came in beside what went out; null unless it was asked for. */
  readonly comparison: ComparedFigures | null;
  /** What every stage measured, by id. */
  readonly meters: Readonly<Record<string, PlainReading>>;
  /** The signal ended the run. */
  readonly aborted: boolean;
  /** Whoever read the output went away before its end. */
  readonly readerGone: boolean;
  /** Where the run can be gone on with: its latest checkpoint. Null where there is none, and at a complete end. */
  readonly checkpoint: CheckpointPosition | null;
}

/** What there is to say of a run that has ended. */
export function summarise(
  path: AudioPath,
  monitor: RunMonitor,
  backend: BackendName,
  end: Pick<RunSummary, 'aborted' | 'readerGone'>,
  checkpoints: CheckpointTaker | undefined,
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
    dither: open?.dither.used ?? 'none',
    clippedSamples: open?.encoder.clippedSamples ?? 0,
    guard: open?.graph.guard ?? null,
    inputLoudness: open?.inputLoudness?.figures() ?? null,
    comparison: open?.comparison?.figures() ?? null,
    meters: open?.graph.meters() ?? {},
    checkpoint: checkpoints?.latest ?? null,
    ...end,
  };
  const warnings = [...path.warnings, ...describeLosses(summary)];
  for (const { name, clippedSamples } of path.outputs) {
    if (clippedSamples > 0)
      warnings.push(`${name}: ${clippedSamples} samples beyond full scale were clipped`);
  }
  return { ...summary, warnings: [...warnings, ...monitor.failures, ...(checkpoints?.failures ?? [])] };
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
