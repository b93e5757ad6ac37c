import type { LiveReadings } from '../monitored-run.ts';

/** Seconds that are kept. */
const SECONDS = 3600;

/** What is kept of each second. */
export const CURVES = ['momentary', 'shortTerm', 'integrated', 'truePeak'] as const;
export type CurveName = (typeof CURVES)[number];

/** One second: loudness in LUFS at its end, momentary at its highest; the highest true peak in dBTP. */
export type HistoryPoint = Readonly<Record<CurveName, number>>;

/** The last hour, oldest first, a point a second. */
export type HistoryCurves = Readonly<Record<CurveName, readonly number[]>> & {
  /** Points that there were so far, forgotten ones too. */
  readonly count: number;
  /** Time of the last point, in ms since 1970. */
  readonly end: number;
};

/** Loudness and true peak over the last hour of wall-clock time, in constant memory. */
export class History {
  readonly #rings = Object.fromEntries(
    CURVES.map((name) => [name, new Float32Array(SECONDS)]),
  ) as unknown as Record<CurveName, Float32Array>;
  #count = 0;
  #closed = 0;
  #open: Record<CurveName, number> | null = null;

  /** Points so far. */
  get count(): number {
    return this.#count;
  }

  /** The latest point, or null before the first. */
  get last(): HistoryPoint | null {
    if (this.#count === 0) return null;
    const at = (this.#count - 1) % SECONDS;
    const point = CURVES.map((name) => [name, this.#rings[name][at]]);
    return Object.fromEntries(point) as unknown as HistoryPoint;
  }

  /** Highest true peak of the last so many seconds, in dBTP. */
  truePeakOf(seconds: number): number {
    const count = Math.min(seconds, this.#count, SECONDS);
    let top = this.#open?.truePeak ?? Number.NEGATIVE_INFINITY;
    for (let n = this.#count - count; n < this.#count; n++) {
      top = Math.max(top, this.#rings.truePeak[n % SECONDS]);
    }
    return top;
  }

  /** Takes readings at a time in ms since 1970; true when they closed a second. */
  add({ momentary, shortTerm, integrated, truePeak }: LiveReadings, time: number): boolean {
    const { momentary: loudest, truePeak: highest } = this.#open ?? { momentary, truePeak };
    this.#open = {
      momentary: Math.max(momentary, loudest),
      shortTerm,
      integrated,
      truePeak: Math.max(truePeak, highest),
    };
    const second = Math.floor(time / 1000);
    if (second === this.#closed) return false;
    // A gap would move all that is older.
    const missed = this.#closed === 0 ? 0 : Math.min(SECONDS, Math.max(0, second - this.#closed - 1));
    for (let n = 0; n < missed; n++) this.#push(null);
    this.#push(this.#open);
    this.#open = null;
    this.#closed = second;
    return true;
  }

  curves(): HistoryCurves {
    const first = Math.max(0, this.#count - SECONDS);
    const read = (name: CurveName): number[] =>
      Array.from({ length: this.#count - first }, (_, n) => this.#rings[name][(first + n) % SECONDS]);
    const curves = Object.fromEntries(CURVES.map((name) => [name, read(name)]));
    return { ...(curves as Record<CurveName, number[]>), count: this.#count, end: this.#closed * 1000 };
  }

  #push(point: HistoryPoint | null): void {
    const at = this.#count++ % SECONDS;
    for (const name of CURVES) this.#rings[name][at] = point?.[name] ?? Number.NEGATIVE_INFINITY;
  }
}
