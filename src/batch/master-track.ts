import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AuralisError, outputError, verdictError } from '../audio/errors.ts';
import { analyze, type KeptMemory, openFile } from '../engine/analysis/analyze.ts';
import type { FileCalls } from '../engine/files/file-calls.ts';
import { fileMetadata } from '../engine/files/file-metadata.ts';
import { descriptorSink } from '../engine/files/output-sink.ts';
import { isSystemError, systemReason } from '../engine/files/system-reason.ts';
import { UnfinishedFile } from '../engine/files/unfinished-file.ts';
import { decisionLine } from '../engine/passes/plan-mastering.ts';
import { runPipeline } from '../engine/run/run.ts';
import type { RunSummary } from '../engine/run/run-summary.ts';
import type { TrackFigures, TrackReport } from '../monitor/batch-report.ts';
import { contentHash, workHash } from './fingerprint.ts';
import { noteOutput } from './journal.ts';
import { pipelineOf } from './pipeline-of.ts';
import { trackPlan } from './track-plan.ts';
import type { NormalizeWork, TrackPlan, TrackProgress, TrackResult, TrackTask } from './track-task.ts';
import { writeWhole } from './write-whole.ts';

/** What a track is watched and stopped by, and computed on. */
interface TrackControl {
  readonly signal: AbortSignal;
  readonly memory: KeptMemory;
  readonly calls: FileCalls;
  readonly onProgress: (progress: TrackProgress) => void;
}

/** What is noted beside an output: what it was made from, and by what. */
interface Fingerprint {
  readonly content: string;
  readonly work: string;
}

/** Measures a track, sends it through its pipeline and measures what came out; tells what went wrong, throws nothing. */
export async function masterTrack(task: TrackTask, control: TrackControl): Promise<TrackResult> {
  const track = new Track(task, control);
  try {
    await track.run();
  } catch (error) {
    const end = control.signal.aborted
      ? ({ status: 'cancelled' } as const)
      : ({ status: 'failed', error: systemReason(error) } as const);
    return { report: track.report(end), transient: end.status === 'failed' && isTransient(error) };
  }
  return { report: track.report(), transient: false };
}

/** Whether an error is of the file system, or nobody's we know, rather than of the file or of what is asked for. */
function isTransient(error: unknown): boolean {
  return (
    isSystemError(error instanceof AuralisError ? error.cause : error) || !(error instanceof AuralisError)
  );
}

/** The way of one track, and what is known of it so far. */
class Track {
  readonly #task: TrackTask;
  readonly #control: TrackControl;
  readonly #began = performance.now();
  #report: Omit<TrackReport, 'elapsed'>;

  constructor(task: TrackTask, control: TrackControl) {
    this.#task = task;
    this.#control = control;
    this.#report = {
      ...this.#names,
      status: 'finished',
      before: null,
      after: null,
      moves: null,
      seconds: null,
      warnings: [],
      decisions: null,
      error: null,
    };
  }

  get #names(): Pick<TrackReport, 'input' | 'output'> {
    const { input, output } = this.#task;
    return { input, output };
  }

  report(end: Partial<TrackReport> = {}): TrackReport {
    return { ...this.#report, elapsed: (performance.now() - this.#began) / 1000, ...end };
  }

  async run(): Promise<void> {
    const { input, work, plan, done, ifOffBy } = this.#task;
    const { signal, onProgress } = this.#control;
    onProgress({ phase: 'measuring', share: null });
    const fingerprint = await this.#fingerprint();
    if (done !== null && done.content === fingerprint?.content && done.work === fingerprint.work) {
      const { decisions } = done.track;
      this.#report = {
        ...done.track,
        ...this.#names,
        decisions: decisions && this.#task.decisions,
        status: 'done',
      };
      return;
    }
    const { figures: before, seconds } = await figuresOf(input, this.#control);
    this.#report = { ...this.#report, before, seconds };
    if (ifOffBy !== null && work.kind === 'normalize' && isNear(before, work, ifOffBy)) {
      this.#report = { ...this.#report, status: 'skipped' };
      return;
    }
    onProgress({ phase: 'planning', share: null });
    const chosen = plan ?? (await trackPlan(work, input, this.#control));
    signal.throwIfAborted();
    if ('error' in chosen) throw verdictError(chosen.error);
    this.#report = { ...this.#report, moves: chosen.moves };
    await this.#write(chosen, fingerprint);
  }

  async #fingerprint(): Promise<Fingerprint | null> {
    const { input, journal, work, plan, batch } = this.#task;
    if (journal === null) return null;
    const content = await contentHash(input, this.#control.calls, this.#control.signal);
    return { content, work: await workHash(journal.version, plan ?? work, batch) };
  }

  /** Writes under another name, measures what was written, notes it, and gives it its name. */
  async #write(plan: TrackPlan, fingerprint: Fingerprint | null): Promise<void> {
    const { output, overwrite, journal, decisions } = this.#task;
    const { signal, onProgress } = this.#control;
    const file = about(output, () => {
      mkdirSync(dirname(output), { recursive: true });
      return new UnfinishedFile(output, statSync(output, { throwIfNoEntry: false })?.mode);
    });
    try {
      const { warnings } = await this.#process(
        plan,
        about(output, () => file.open()),
      );
      signal.throwIfAborted();
      onProgress({ phase: 'checking', share: null });
      const { figures: after } = await figuresOf(file.part!, this.#control);
      this.#report = { ...this.#report, after, warnings };
      if (decisions !== null && plan.decisions.length > 0) {
        about(decisions, () => mkdirSync(dirname(decisions), { recursive: true }));
        writeWhole(decisions, plan.decisions.map(decisionLine).join(''));
        this.#report = { ...this.#report, decisions };
      }
      about(output, () => {
        if (journal !== null && fingerprint !== null) {
          const { size, mtimeMs } = statSync(file.part!);
          const entry = { output: journal.name, ...fingerprint, size, changed: mtimeMs };
          noteOutput(journal.folder, { ...entry, track: this.report() }, journal.writer);
        }
        file.keep(overwrite);
      });
    } finally {
      file.discard();
    }
  }

  async #process({ pipeline }: TrackPlan, fd: number): Promise<RunSummary> {
    const { input, output, batch } = this.#task;
    const { signal, memory, calls, onProgress } = this.#control;
    return runPipeline({
      pipeline: await pipelineOf(pipeline, batch),
      input: openFile(input, calls),
      inputName: input,
      metadataBehind: fileMetadata(input),
      output: descriptorSink(output, fd, true, calls),
      signal,
      memory,
      onProgress: ({ seconds, totalSeconds }) =>
        onProgress({ phase: 'processing', share: totalSeconds ? seconds / totalSeconds : null }),
    });
  }
}

async function figuresOf(
  path: string,
  { signal, memory, calls }: TrackControl,
): Promise<{ readonly figures: TrackFigures; readonly seconds: number }> {
  const { analysis } = await analyze(openFile(path, calls), {
    inputName: path,
    only: ['loudness', 'truePeak'],
    signal,
    memory,
  });
  signal.throwIfAborted();
  const { loudness, truePeak, duration } = analysis;
  const { integrated, range } = loudness!;
  return { figures: { integrated, range, truePeak: truePeak! }, seconds: duration };
}

/** Whether a track may stay as it is. */
function isNear({ integrated, truePeak }: TrackFigures, work: NormalizeWork, by: number): boolean {
  return Math.abs((integrated ?? Number.NaN) - work.target) <= by && (truePeak ?? 0) <= work.ceiling;
}

/** Does something to the output; what the system says against it is told with the output's name. */
function about<T>(output: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw isSystemError(cause) ? outputError(`${output}: ${systemReason(cause)}`, { cause }) : cause;
  }
}
