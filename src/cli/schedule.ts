import { dirname, join } from 'node:path';
import { Cron } from 'croner';
import { pipelineError } from '../audio/errors.ts';
import { isShippedName } from '../engine/pipelines/part-files.ts';
import type { PipelineDefinition } from '../graph/definition.ts';

/** A day and the hour that a change to winter time adds, and one more, in ms: in it every time of day has come. */
const LOOK_BACK = 26 * 3_600_000;

/** A pipeline that plays from a time of day on, until the next one. */
interface Programme {
  readonly at: Cron;
  /** A path, or the name of a shipped pipeline. */
  readonly file: string;
}

/** Which pipeline plays when: every day the same, in one time zone. */
class Schedule {
  readonly #programmes: readonly Programme[];

  /** What a pipeline's file says of it; null where it says nothing. */
  static of(pipeline: PipelineDefinition): Schedule | null {
    const { schedule, timeZone } = pipeline.source;
    if (schedule === undefined || schedule.length === 0) return null;
    if (timeZone === undefined) {
      throw pipelineError(`${pipeline.origin.where}: schedule: needs "timeZone", such as "Europe/Berlin"`);
    }
    const folder = dirname(pipeline.origin.path ?? '.');
    return new Schedule(
      schedule.map(({ at, use }) => {
        const [hour, minute] = at.split(':').map(Number);
        return {
          at: new Cron(`${minute} ${hour} * * *`, { timezone: timeZone, paused: true }),
          file: isShippedName(use) ? use : join(folder, use),
        };
      }),
    );
  }

  private constructor(programmes: readonly Programme[]) {
    this.#programmes = programmes;
  }

  /** All pipelines that it names. */
  get files(): readonly string[] {
    return this.#programmes.map(({ file }) => file);
  }

  /** The one that plays at a time: what began last. */
  fileAt(time: Date): string {
    const begun = this.#programmes.map(({ at, file }) => {
      let last = 0;
      let next = at.nextRun(new Date(time.getTime() - LOOK_BACK));
      while (next !== null && next <= time) {
        last = next.getTime();
        next = at.nextRun(next);
      }
      return { file, last };
    });
    return begun.reduce((latest, one) => (one.last >= latest.last ? one : latest)).file;
  }

  /** When the next one begins after a time. */
  next(time: Date): Date {
    const times = this.#programmes.map(({ at }) => at.nextRun(time)?.getTime() ?? Number.POSITIVE_INFINITY);
    return new Date(Math.min(...times));
  }
}

/** A pipeline file, or what its schedule has in its place, read again whenever it is asked for. */
export class ScheduledFile {
  readonly #path: string;
  readonly #readFile: (path: string) => Promise<PipelineDefinition>;
  #schedule: Schedule | null = null;

  constructor(path: string, readFile: (path: string) => Promise<PipelineDefinition>) {
    this.#path = path;
    this.#readFile = readFile;
  }

  /** What plays at a time. Every file of the schedule is read, so that one that is wrong is told of in daytime. */
  async read(time = new Date()): Promise<PipelineDefinition> {
    const file = await this.#readFile(this.#path);
    const schedule = Schedule.of(file);
    const used = await Promise.all(schedule?.files.map((used) => this.#readFile(used)) ?? []);
    this.#schedule = schedule;
    return schedule === null ? file : used[schedule.files.indexOf(schedule.fileAt(time))];
  }

  /** When another one plays, after a time and as the file was read last; null when none ever does. */
  next(time = new Date()): Date | null {
    return this.#schedule?.next(time) ?? null;
  }
}
