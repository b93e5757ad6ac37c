import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AuralisError, inputError, outputError, verdictError } from '../audio/errors.ts';
import {
  type Analysis,
  analyze,
  type KeptMemory,
  type Measure,
  openFile,
} from '../engine/analysis/analyze.ts';
import type { FileCalls } from '../engine/files/file-calls.ts';
import { fileMetadata } from '../engine/files/file-metadata.ts';
import { makeFolder } from '../engine/files/make-folder.ts';
import { descriptorSink } from '../engine/files/output-sink.ts';
import { isSystemError, systemReason } from '../engine/files/system-reason.ts';
import { UnfinishedFile } from '../engine/files/unfinished-file.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import { decisionLine } from '../engine/passes/plan-mastering.ts';
import { runPipeline } from '../engine/run/run.ts';
import type { TrackFigures, TrackReport } from '../monitor/batch-report.ts';
import { ContentHash, workHash } from './fingerprint.ts';
import { type JournalEntry, noteOutput } from './journal.ts';
import { pipelineOf } from './pipeline-of.ts';
import { requireRegular } from './require-regular.ts';
import { measuresFor, trackPlan } from './track-plan.ts';
import type {
  NormalizeWork,
  TaskJournal,
  TrackPlan,
  TrackProgress,
  TrackResult,
  TrackTask,
} from './track-task.ts';

/** What is read from the file that was written. */
const CHECKED: readonly Measure[] = ['loudness', 'truePeak'];

/** What a track is watched and stopped by, and computed on. */
interface TrackControl {
  readonly signal: AbortSignal;
  readonly memory: KeptMemory;
  readonly calls: FileCalls;
  readonly onProgress: (progress: TrackProgress) => void;
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
  readonly #content: ContentHash;
  readonly #began = performance.now();
  #report: Omit<TrackReport, 'elapsed'>;

  constructor(task: TrackTask, control: TrackControl) {
    this.#task = task;
    this.#control = control;
    this.#content = new ContentHash(task.input, control.calls);
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
    requireRegular(input, inputError);
    if (done !== null && (await this.#isAsNoted(done))) {
      const { decisions } = done.track;
      this.#report = {
        ...done.track,
        ...this.#names,
        decisions: decisions && this.#task.decisions,
        status: 'done',
      };
      return;
    }
    const analysis = this.#listensFirst ? await this.#listen() : null;
    if (ifOffBy !== null && work.kind === 'normalize' && isNear(this.#report.before!, work, ifOffBy)) {
      this.#report = { ...this.#report, status: 'skipped' };
      return;
    }
    onProgress({ phase: 'planning', share: null });
    const chosen = plan ?? (await trackPlan(work, input, { ...this.#control, analysis }));
    signal.throwIfAborted();
    if ('error' in chosen) throw verdictError(chosen.error);
    try {
      await this.#write(chosen);
    } catch (error) {
      // The report tells what was heard and decided also where the output came to nothing.
      if (this.#report.before === null && !signal.aborted) await this.#listen();
      this.#report = { ...this.#report, moves: chosen.moves };
      throw error;
    }
  }

  /** Whether anything depends on what is measured in the input; else that is measured while it is processed. */
  get #listensFirst(): boolean {
    const { work, plan, ifOffBy } = this.#task;
    return plan === null ? work.kind !== 'pipeline' : ifOffBy !== null || 'error' in plan;
  }

  async #listen(): Promise<Analysis> {
    const { input, work } = this.#task;
    const analysis = await analysisOf(input, measuresFor(work), {
      ...this.#control,
      calls: this.#content.calls,
    });
    this.#report = { ...this.#report, before: figuresOf(analysis), seconds: analysis.duration };
    return analysis;
  }

  async #isAsNoted(done: JournalEntry): Promise<boolean> {
    const { journal } = this.#task;
    if (journal === null) return false;
    const { content, work } = await this.#fingerprint(journal);
    return done.content === content && done.work === work;
  }

  async #fingerprint({ version }: TaskJournal): Promise<Pick<JournalEntry, 'content' | 'work'>> {
    const { work, plan, batch } = this.#task;
    const content = await this.#content.hex(this.#control.signal);
    return { content, work: await workHash(version, plan ?? work, batch) };
  }

  /** Writes under another name, measures what was written, notes it, and gives it its name. */
  async #write(plan: TrackPlan): Promise<void> {
    const { output, overwrite, journal, decisions } = this.#task;
    const { onProgress } = this.#control;
    const file = about(output, () => {
      const there = existsSync(output);
      if (there) requireRegular(output, outputError);
      return new UnfinishedFile(output, there ? statSync(output).mode : undefined);
    });
    const open = (): number =>
      about(output, () => {
        makeFolder(dirname(output));
        return file.open();
      });
    try {
      const warnings = await this.#process(plan, open);
      onProgress({ phase: 'checking', share: null });
      const after = figuresOf(await analysisOf(file.part!, CHECKED, this.#control));
      this.#report = { ...this.#report, after, warnings, moves: plan.moves };
      if (decisions !== null && plan.decisions.length > 0) {
        makeFolder(dirname(decisions));
        requireRegular(decisions, outputError);
        writeWhole(decisions, plan.decisions.map(decisionLine).join(''));
        this.#report = { ...this.#report, decisions };
      }
      const fingerprint = journal && (await this.#fingerprint(journal));
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

  /** Gives what there is to say of it, a line each; measures the input on the way where that has not been done. */
  async #process({ pipeline }: TrackPlan, open: () => number): Promise<readonly string[]> {
    const { input, output, batch } = this.#task;
    const { signal, memory, calls, onProgress } = this.#control;
    const measureInput = this.#report.before === null;
    const { inputLoudness, framesIn, format, warnings } = await runPipeline({
      pipeline: await pipelineOf(pipeline, batch),
      input: openFile(input, measureInput ? this.#content.calls : calls),
      inputName: input,
      metadataBehind: fileMetadata(input),
      output: descriptorSink(output, open, true, calls),
      measureInput,
      signal,
      memory,
      onProgress: ({ seconds, totalSeconds }) =>
        onProgress({ phase: 'processing', share: totalSeconds ? seconds / totalSeconds : null }),
    });
    signal.throwIfAborted();
    if (measureInput) {
      this.#report = { ...this.#report, before: inputLoudness, seconds: framesIn / format!.sampleRate };
    }
    return warnings;
  }
}

async function analysisOf(
  path: string,
  only: readonly Measure[],
  { signal, memory, calls }: TrackControl,
): Promise<Analysis> {
  const { analysis } = await analyze(path, { only, signal, memory, calls });
  signal.throwIfAborted();
  return analysis;
}

/** What a report says of an analysis. */
function figuresOf({ loudness, truePeak }: Analysis): TrackFigures {
  const { integrated, range } = loudness!;
  return { integrated, range, truePeak: truePeak! };
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
