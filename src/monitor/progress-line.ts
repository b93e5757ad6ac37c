import { SingleBar } from 'cli-progress';
import { clockTime } from './clock-time.ts';

/** How far a run has come. */
export interface Progress {
  /** Seconds of audio that have come in. */
  readonly seconds: number;
  /** Seconds of audio that the input announced, or null when it did not. */
  readonly totalSeconds: number | null;
  /** Seconds since the run began. */
  readonly elapsed: number;
  /** Highest output level since the last report, in dBFS; -Infinity for silence. */
  readonly peak: number;
}

/** Lowest level of the peak meter, in dBFS. */
const METER_FLOOR = -48;
const METER_CELLS = 16;

function meter(peak: number): string {
  const share = Math.min(1, Math.max(0, 1 - peak / METER_FLOOR));
  const lit = Math.round(share * METER_CELLS);
  return '█'.repeat(lit) + '·'.repeat(METER_CELLS - lit);
}

/** The line of text for one moment: `1:05 / 3:20  42x  ███·····  -3.2 dBFS  ETA 0:04`. */
export function progressText({ seconds, totalSeconds, elapsed, peak }: Progress): string {
  const speed = elapsed > 0 ? seconds / elapsed : 0;
  const level = Number.isFinite(peak) ? peak.toFixed(1) : '-inf';
  const parts = [
    totalSeconds === null ? clockTime(seconds) : `${clockTime(seconds)} / ${clockTime(totalSeconds)}`,
    `${speed < 10 ? speed.toFixed(1) : speed.toFixed(0)}x`,
    `${meter(peak)} ${level.padStart(5)} dBFS`,
  ];
  if (totalSeconds !== null && speed > 0) {
    parts.push(`ETA ${clockTime(Math.max(0, totalSeconds - seconds) / speed)}`);
  }
  return parts.join('  ');
}

/** Shows progress as one line that is redrawn in place, on a terminal only; elsewhere it writes nothing. */
export class ProgressLine {
  readonly #bar: SingleBar;
  #started = false;

  constructor(terminal: NodeJS.WritableStream) {
    this.#bar = new SingleBar({
      stream: terminal,
      format: (_options, _params, payload) => payload.text,
      clearOnComplete: true,
      fps: 10,
    });
  }

  show(progress: Progress): void {
    const payload = { text: progressText(progress) };
    if (this.#started) this.#bar.update(progress.seconds, payload);
    else this.#bar.start(progress.totalSeconds ?? 0, progress.seconds, payload);
    this.#started = true;
  }

  /** Clears the line and gives the cursor back. */
  end(): void {
    if (this.#started) this.#bar.stop();
    this.#started = false;
  }
}
