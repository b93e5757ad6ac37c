import {
  type LoudnessHour,
  type LoudnessSecond,
  type LoudnessSpan,
  loudnessLine,
} from '../../monitor/loudness-line.ts';
import type { RotatingFile } from '../../monitor/rotating-file.ts';
import type { LoudnessListener } from '../analysis/loudness-watch.ts';
import { systemReason } from '../files/system-reason.ts';

/** Writes what a watch says as lines of a file; after a failure it is silent, and the audio goes on. */
export class LoudnessLog implements LoudnessListener {
  readonly #file: RotatingFile;
  #failure: string | null = null;

  constructor(file: RotatingFile) {
    this.#file = file;
  }

  /** What went wrong, or null. */
  get failure(): string | null {
    return this.#failure;
  }

  second(span: LoudnessSpan, figures: LoudnessSecond): void {
    this.#write(loudnessLine('second', new Date(), span, figures));
  }

  hour(span: LoudnessSpan, figures: LoudnessHour): void {
    this.#write(loudnessLine('hour', new Date(), span, figures));
  }

  close(): void {
    this.#file.close();
  }

  #write(line: string): void {
    if (this.#failure !== null) return;
    try {
      this.#file.write(line);
    } catch (error) {
      this.#failure = `loudness log: ${systemReason(error)}, lines are missing`;
    }
  }
}
