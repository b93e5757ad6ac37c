import type { AudioFormat } from '../audio/format.ts';
import { type Action, after, askedBy, type Change, canGlide, needsTrial } from './change.ts';
import type { PipelineDefinition } from './definition.ts';
import { commonPeriod } from './segments.ts';
import type { StreamClock } from './stream-clock.ts';

/** Changes that happen together. */
export interface Appointment {
  /** Frame of the output at which they are heard. */
  readonly frame: number;
  /** Frame of the input at which work on them begins: earlier where a second graph has to be primed. */
  readonly begins: number;
  readonly actions: readonly Action[];
}

interface AnnouncedOptions {
  /** Of the input. */
  readonly format: AudioFormat;
  readonly clock: StreamClock;
  /** Frames of the output for which a second graph listens before it is heard. */
  readonly primeFrames: number;
  /** Called with every pipeline on the way that the audio might not fit; throws where it does not. */
  readonly tryOut: (before: PipelineDefinition, next: PipelineDefinition) => void;
}

/** Changes at known frames of the output, in the order in which work on them begins. */
export class AnnouncedChanges {
  readonly #clock: StreamClock;
  readonly #appointments: readonly Appointment[];
  /** How many of them have been taken. */
  taken = 0;

  /**
   * Changes are tried in the order given, those of one frame together.
   * @throws AuralisError of kind `pipeline` for one that does not fit the pipeline at its time
   */
  constructor(definition: PipelineDefinition, changes: readonly Change[], options: AnnouncedOptions) {
    this.#clock = options.clock;
    const made: Appointment[] = [];
    let present = definition;
    for (let n = 0; n < changes.length; ) {
      const { frame } = changes[n];
      const together: Change[] = [];
      while (n < changes.length && changes[n].frame === frame) together.push(changes[n++]);
      const actions = together.map(({ action }) => action);
      const next = actions.reduce(after, present);
      if (needsTrial(present, next)) askedBy(placesOf(together), () => options.tryOut(present, next));
      const begins = beginOf(frame, next, canGlide(present, next), options);
      made.push({ frame, begins, actions });
      present = next;
    }
    this.#appointments = made.sort((a, b) => a.begins - b.begins);
  }

  /** Frame of the input at which work on the next ones begins. */
  get next(): number {
    if (this.taken === this.#appointments.length) return Number.POSITIVE_INFINITY;
    return this.#appointments[this.taken].begins - this.#clock.ahead;
  }

  /** The next ones. */
  take(): Appointment {
    return this.#appointments[this.taken++];
  }
}

/** What asks for changes, as messages call it; undefined where they come from elsewhere. */
const placesOf = (changes: readonly Change[]): string | undefined =>
  changes.flatMap(({ where }) => where ?? []).join(', ') || undefined;

/** Frame of the input at which work has to begin on what is to be heard at a frame of the output. */
function beginOf(
  frame: number,
  next: PipelineDefinition,
  glides: boolean,
  { format, clock, primeFrames }: AnnouncedOptions,
): number {
  if (glides) return clock.inputAt(frame);
  return clock.inputAt(Math.max(0, frame - primeFrames), commonPeriod(next, format));
}
