import { MultiBar, type SingleBar } from 'cli-progress';
import { printable } from '../audio/shown.ts';
import { type BatchProgress, queueLine } from './batch-progress.ts';
import { clockTime } from './clock-time.ts';

const BAR_CELLS = 16;
const NAME_WIDTH = 40;

/** Most tracks that have a line; what is beyond shows in the total alone. */
const MOST_LINES = 16;

/** The end of a path, which tells tracks apart, in a fixed width. */
function nameCell(path: string): string {
  const name = printable(path);
  const cut = name.length > NAME_WIDTH ? `…${name.slice(1 - NAME_WIDTH)}` : name;
  return cut.padEnd(NAME_WIDTH);
}

/** The line of text for a worker at one moment. */
function laneText(input: string, phase: string, share: number | null): string {
  const lit = Math.round(Math.min(1, share ?? 0) * BAR_CELLS);
  const percent = share === null ? '' : `${String(Math.floor(share * 100)).padStart(3)}%`;
  return `${nameCell(input)}  ${'█'.repeat(lit)}${'·'.repeat(BAR_CELLS - lit)} ${percent.padStart(4)}  ${phase}`;
}

/** A line for the whole and one for each track under way, redrawn in place on a terminal. */
export class BatchBars {
  readonly #bars: MultiBar;
  readonly #lanes: SingleBar[] = [];
  readonly #total: SingleBar;

  constructor(terminal: NodeJS.WritableStream, tracks: number) {
    this.#bars = new MultiBar({
      stream: terminal,
      format: (_options, _params, payload) => payload.text,
      clearOnComplete: true,
      hideCursor: true,
      fps: 10,
    });
    this.#total = this.#bars.create(tracks, 0, { text: `0 / ${tracks}` });
  }

  show(progress: BatchProgress): void {
    if (progress.type === 'queue') {
      const { state } = progress;
      if (state !== 'served') this.#total.update({ text: queueLine(state) });
      return;
    }
    const lane = this.#laneAt(progress.lane);
    if (progress.type === 'track') {
      const { input, phase, share } = progress;
      lane?.update(share ?? 0, { text: laneText(input, phase, share) });
      return;
    }
    const { ended, total, eta } = progress;
    lane?.update(0, { text: '' });
    this.#total.update(ended, { text: `${ended} / ${total}  ETA ${clockTime(eta ?? Number.NaN)}` });
  }

  /** The line of a lane, made when it is first needed; undefined for one beyond the last line. */
  #laneAt(lane: number): SingleBar | undefined {
    while (this.#lanes.length <= Math.min(lane, MOST_LINES - 1)) {
      this.#lanes.push(this.#bars.create(1, 0, { text: '' }));
    }
    return this.#lanes[lane];
  }

  /** Clears the lines and gives the cursor back. */
  end(): void {
    this.#bars.stop();
  }
}
