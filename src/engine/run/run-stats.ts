import type { ComparedFigures, RunFigures } from '../../monitor/run-figures.ts';
import type { StageProcessor } from '../../stages/define-stage.ts';
import type { Comparison } from '../path/comparison.ts';

export type { ComparedFigures, ComparedSecond, RunFigures } from '../../monitor/run-figures.ts';

/** What a run says of itself. */
interface RunOutcome {
  readonly backend: string;
  /** Of audio that went out. */
  readonly seconds: number;
  readonly comparison: ComparedFigures | null;
}

/** Work whose time is told whenever it is done. */
function timed<Taken extends unknown[]>(
  work: (...taken: Taken) => void,
  tell: (milliseconds: number) => void,
): (...taken: Taken) => void {
  return (...taken) => {
    const began = performance.now();
    work(...taken);
    tell(performance.now() - began);
  };
}

/** Takes the time of a run and of its stages. Made before the run, and asked after it. */
export class RunStats {
  readonly #began = performance.now();
  readonly #cpu = process.cpuUsage();
  #listening = 0;
  /** Milliseconds spent on comparing what comes in with what goes out. */
  #comparing = 0;
  /** Milliseconds by the id of the entry. */
  readonly #stages = new Map<string, { readonly stage: string; milliseconds: number }>();

  /** Says that what comes before the audio goes through is done. */
  begin(): void {
    this.#listening = performance.now() - this.#began;
  }

  /** Takes the time of a stage from now on, whenever it works. */
  readonly watch = (id: string, processor: StageProcessor): void => {
    const spent = this.#stages.get(id) ?? { stage: processor.name, milliseconds: 0 };
    this.#stages.set(id, spent);
    processor.process = timed(processor.process.bind(processor), (milliseconds) => {
      spent.milliseconds += milliseconds;
    });
  };

  /** Takes the time of what is measured for the figures themselves. */
  watchComparison(comparison: Comparison): void {
    const add = (milliseconds: number): void => {
      this.#comparing += milliseconds;
    };
    comparison.before = timed(comparison.before.bind(comparison), add);
    comparison.after = timed(comparison.after.bind(comparison), add);
  }

  /** What was taken up to now, with what a run says of itself. */
  figures({ backend, seconds, comparison }: RunOutcome): RunFigures {
    const elapsed = (performance.now() - this.#began) / 1000;
    const used = process.cpuUsage(this.#cpu);
    const [user, system] = [used.user / 1e6, used.system / 1e6];
    const stages = [...this.#stages].map(([id, { stage, milliseconds }]) => {
      const took = milliseconds / 1000;
      return { id, stage, seconds: took, share: took / elapsed };
    });
    const listening = this.#listening / 1000;
    const comparing = this.#comparing / 1000;
    const known = stages.reduce((sum, stage) => sum + stage.seconds, listening + comparing);
    const rest = Math.max(0, elapsed - known);
    return {
      schema: 1,
      backend,
      duration: seconds,
      elapsed,
      listening,
      realTimeFactor: seconds / elapsed,
      cpu: { user, system, share: (user + system) / elapsed },
      // The largest resident set in kibibytes, whatever the system counts in.
      peakMemory: 1024 * process.resourceUsage().maxRSS,
      stages,
      comparing: { seconds: comparing, share: comparing / elapsed },
      rest: { seconds: rest, share: rest / elapsed },
      quality: comparison,
    };
  }
}
