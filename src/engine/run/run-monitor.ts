import { finished, type Writable } from 'node:stream';
import type { AudioBlock } from '../../audio/block.ts';
import { shown } from '../../audio/shown.ts';
import { gainToDb } from '../../dsp/elementary.ts';
import { largest, loudestLevel } from '../../dsp/levels/level.ts';
import type { RunEvent } from '../../monitor/monitored-run.ts';
import type { Progress } from '../../monitor/progress-line.ts';
import { moveLine, readingLine } from '../../monitor/reading-line.ts';
import { drained } from '../files/drained.ts';
import { replacedText } from '../files/guard-findings.ts';
import { systemReason } from '../files/system-reason.ts';
import type { OpenPath } from '../path/open-path.ts';
import type { LoudnessLog } from './loudness-log.ts';

/** Shortest time between two reports of progress, in ms. */
const PROGRESS_INTERVAL = 100;
/** Shortest time between two events about what the guard replaced, in ms. */
const GUARD_INTERVAL = 1000;

interface RunMonitorOptions {
  /** Takes readings as JSON lines. */
  readonly report?: Writable | undefined;
  readonly loudnessLog?: LoudnessLog | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Watches a run from outside: progress for people, readings for a report, loudness for a log. It never changes a sample. */
export class RunMonitor {
  readonly #report: Writable | undefined;
  readonly #loudnessLog: LoudnessLog | undefined;
  readonly #onEvent: ((event: RunEvent) => void) | undefined;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #began = performance.now();
  #shown = 0;
  #peak = 0;
  /** Samples that the guard had replaced when it was told, and when that was. */
  #guarded = { replaced: 0, told: Number.NEGATIVE_INFINITY };
  #reportFailure: string | null = null;

  constructor({ report, loudnessLog, onEvent, onProgress }: RunMonitorOptions) {
    this.#report = report;
    this.#loudnessLog = loudnessLog;
    this.#onEvent = onEvent;
    this.#onProgress = onProgress;
    report?.on('error', (error) => {
      this.#reportFailure ??= `report: ${systemReason(error)}, readings are missing`;
    });
  }

  /** Seconds since the run began. */
  get elapsed(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** What went wrong with the report and the log, a line each. Audio goes on without them. */
  get failures(): readonly string[] {
    return [this.#reportFailure, this.#loudnessLog?.failure ?? null].filter((line) => line !== null);
  }

  /** Looks at a processed block; gives a promise when the report's reader is behind. */
  block(block: AudioBlock, open: OpenPath): Promise<void> | undefined {
    if (this.#onProgress) this.#progress(block, open, this.#onProgress);
    if (this.#onEvent) this.#tellOfGuard(open, this.#onEvent);
    if (this.#loudnessLog) open.loudness?.block(block, this.#loudnessLog);
    if (!this.#report) return undefined;
    for (const { id, reading } of open.graph.takeReadings()) this.#write(readingLine('reading', id, reading));
    return this.#report.writableNeedDrain ? drained(this.#report) : undefined;
  }

  /** Notes a change that came while running: what replays it. */
  change(move: object): void {
    if (this.#report) this.#write(moveLine(move));
    this.#onEvent?.(moveEvent(move));
  }

  /** Writes what every stage measured over the whole run, and ends the report and the log. */
  async end(open: OpenPath | null): Promise<void> {
    if (this.#loudnessLog) open?.loudness?.end(this.#loudnessLog);
    const report = this.#report;
    if (!report) return;
    for (const [id, reading] of Object.entries(open?.graph.meters() ?? {})) {
      if (Object.keys(reading).length > 0) this.#write(readingLine('total', id, reading));
    }
    await new Promise<void>((resolve) => {
      // Behind the error of a last line that could not be written, where the end's own callback comes before it.
      finished(report, () => resolve());
      report.end();
    });
  }

  #tellOfGuard({ graph, encoder }: OpenPath, tell: (event: RunEvent) => void): void {
    const replaced = graph.guard?.replaced ?? 0;
    const now = performance.now();
    const more = replaced - this.#guarded.replaced;
    if (more <= 0 || now - this.#guarded.told < GUARD_INTERVAL) return;
    this.#guarded = { replaced, told: now };
    tell({ frame: encoder.framesWritten, kind: 'guard', text: replacedText(more) });
  }

  #write(line: string): void {
    if (this.#report?.writable) this.#report.write(line);
  }

  #progress({ channels, frames }: AudioBlock, open: OpenPath, show: (progress: Progress) => void): void {
    const { kernels } = open.memory;
    loudestLevel(kernels, channels, open.scratch, frames);
    this.#peak = Math.max(this.#peak, largest(kernels, open.scratch, frames));
    const now = performance.now();
    if (now - this.#shown < PROGRESS_INTERVAL) return;
    this.#shown = now;
    const { format, announcedFrames } = open.header;
    show({
      seconds: open.graph.run.framesIn / format.sampleRate,
      totalSeconds: announcedFrames === null ? null : announcedFrames / format.sampleRate,
      elapsed: this.elapsed,
      peak: gainToDb(this.#peak),
    });
    this.#peak = 0;
  }
}

/** A number in six digits at most. */
const inShort = (value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;

/** A change that came while running, in words. */
function moveEvent(move: object): RunEvent {
  const { frame, set, to, pipeline } = move as {
    readonly frame: number;
    readonly set?: string;
    readonly to?: unknown;
    readonly pipeline?: { readonly name?: string };
  };
  if (set !== undefined) return { frame, kind: 'move', text: `${set} to ${shown(inShort(to))}` };
  const name = pipeline?.name;
  return { frame, kind: 'pipeline', text: name === undefined ? 'another pipeline' : `pipeline ${name}` };
}
