import type { MeterFrame } from '../meter-frame.ts';
import type { LiveReadings, MonitoredRun, PipelineView, RunEvent } from '../monitored-run.ts';
import { EventLog } from './event-log.ts';
import { History } from './history.ts';

/** A run without audio for so long has stalled, in ms. */
const STALLED = 5000;
/** Readings are rounded to thousandths of their unit. */
const THOUSANDTHS = 1000;

/** Short numbers in place of long ones, and null in place of what JSON has no number for. */
const shortened = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  return Number.isFinite(value) ? Math.round(value * THOUSANDTHS) / THOUSANDTHS : null;
};

/** Readings as JSON, with numbers no longer than anybody sees. */
export const readingsJson = (value: unknown): string => JSON.stringify(value, shortened);

/** Looks at a run from time to time, and remembers what it was like. */
export class RunWatch {
  readonly history = new History();
  readonly events = new EventLog();
  #run: MonitoredRun | null = null;
  #latest: LiveReadings | null = null;
  #movedAt = 0;
  #historyJson = { count: -1, text: '' };

  /** The run that is watched from now on. */
  attach(run: MonitoredRun): void {
    this.#run = run;
  }

  get latest(): LiveReadings | null {
    return this.#latest;
  }

  /** The pipeline that plays; null before the run has begun. */
  get pipeline(): PipelineView | null {
    return this.#run?.pipeline() ?? null;
  }

  event(event: RunEvent): void {
    this.events.add(event, Date.now());
  }

  /** Moves a parameter that the pipeline offers; throws an error that says why not. */
  set(path: string, value: number | string | boolean): void {
    this.#run?.set(path, value);
  }

  /** Takes readings. */
  look(): void {
    const readings = this.#run?.readings() ?? null;
    if (readings === null) return;
    const now = Date.now();
    if (readings.frame !== this.#latest?.frame) this.#movedAt = now;
    this.#latest = readings;
    this.history.add(readings, now);
  }

  /** Ms for which no audio has gone out, when that is long; else null. */
  get stalledFor(): number | null {
    const still = Date.now() - this.#movedAt;
    return this.#latest === null || still > STALLED ? still : null;
  }

  /** The last hour as JSON. It takes milliseconds to write, so it is written once a second however many ask. */
  historyJson(): string {
    const { count } = this.history;
    if (count !== this.#historyJson.count) {
      this.#historyJson = { count, text: readingsJson(this.history.curves()) };
    }
    return this.#historyJson.text;
  }

  /** What is told to those who watch, as JSON; null before there is anything. */
  frame(): string | null {
    if (this.#latest === null) return null;
    const { history, events } = this;
    const frame: MeterFrame = {
      ...this.#latest,
      lastEvent: events.last,
      points: history.count,
      point: history.last,
    };
    return readingsJson(frame);
  }
}
