import { AuralisError, pipelineError } from '../audio/errors.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import { IN, type InputRef, type PipelineEntry } from './definition.ts';

const inWords = ({ channels, layout }: AudioFormat): string =>
  `${channels} ${channels === 1 ? 'channel' : 'channels'} (${layout.join(' ')})`;

/**
 * What every entry takes and gives, for a format that comes in.
 * @throws AuralisError of kind `pipeline` where signals meet that have other channels, or a stage can't take its input
 */
export class EntryFormats {
  readonly #given: Map<string, AudioFormat>;

  constructor(entries: readonly PipelineEntry[], format: AudioFormat) {
    this.#given = new Map([[IN, format]]);
    for (const entry of entries) this.#given.set(entry.id, this.#outputOf(entry));
  }

  /** What an entry takes at its main input. */
  input({ inputs }: PipelineEntry): AudioFormat {
    return this.output(inputs[0].from);
  }

  /** What the entry of that id gives; `in` is what comes in. */
  output(id: string): AudioFormat {
    return this.#given.get(id)!;
  }

  #outputOf(entry: PipelineEntry): AudioFormat {
    const { id, definition, params, inputs, key, mix, bypass } = entry;
    const format = this.input(entry);
    for (const other of [...inputs.slice(1), ...(key ? [key] : [])]) this.#checkMeeting(id, inputs[0], other);
    try {
      const given = definition.outputFormat(format, params);
      if ((mix === 1 && !bypass) || sameFormat(format, given)) return given;
      throw pipelineError(
        `mix and bypass need a stage that keeps the channels, "${definition.name}" changes them`,
      );
    } catch (cause) {
      throw cause instanceof AuralisError ? pipelineError(`"${id}": ${cause.message}`, { cause }) : cause;
    }
  }

  #checkMeeting(id: string, a: InputRef, b: InputRef): void {
    const [first, second] = [this.output(a.from), this.output(b.from)];
    if (sameFormat(first, second)) return;
    throw pipelineError(
      `"${id}": "${a.from}" has ${inWords(first)} and "${b.from}" has ${inWords(second)}; put a remix behind one of them`,
    );
  }
}
