import { AuralisError, pipelineError } from '../audio/errors.ts';
import { type AudioFormat, describeChannels, sameFormat } from '../audio/format.ts';
import type { InputRef, PipelineDefinition, PipelineEntry } from './definition.ts';

/**
 * What every entry takes and gives, for a format that comes in.
 * @throws AuralisError of kind `pipeline` where signals meet that have other channels, or a stage can't take its input
 */
export class EntryFormats {
  readonly #given: Map<string, AudioFormat>;

  constructor({ entries, inputs }: Pick<PipelineDefinition, 'entries' | 'inputs'>, format: AudioFormat) {
    this.#given = new Map(inputs.map((name) => [name, format]));
    for (const entry of entries) this.#given.set(entry.id, this.#outputOf(entry));
  }

  /** What an entry takes at its main input, all channels. */
  input({ inputs }: PipelineEntry): AudioFormat {
    return this.output(inputs[0]);
  }

  /** What a signal has. */
  output({ from }: InputRef): AudioFormat {
    return this.#given.get(from)!;
  }

  #outputOf(entry: PipelineEntry): AudioFormat {
    const { id, definition, params, inputs, key, mix, bypass, channels } = entry;
    const format = this.input(entry);
    for (const other of [...inputs.slice(1), ...(key ? [key] : [])]) this.#checkMeeting(id, inputs[0], other);
    const taken = formatFor(entry, format);
    try {
      const given = definition.outputFormat(taken, params);
      if (sameFormat(taken, given)) return format;
      if (mix === 1 && !bypass && channels === null) return given;
      throw pipelineError(
        `mix, bypass and channels need a stage that keeps the channels, "${definition.name}" changes them`,
      );
    } catch (cause) {
      throw cause instanceof AuralisError ? pipelineError(`"${id}": ${cause.message}`, { cause }) : cause;
    }
  }

  #checkMeeting(id: string, a: InputRef, b: InputRef): void {
    const [first, second] = [this.output(a), this.output(b)];
    if (sameFormat(first, second)) return;
    throw pipelineError(
      `"${id}": "${a.from}" has ${describeChannels(first)} and "${b.from}" has ${describeChannels(second)}; put a remix behind one of them`,
    );
  }
}

/** The format of those channels that an entry has. */
export function formatFor({ channels, where }: PipelineEntry, format: AudioFormat): AudioFormat {
  if (channels === null) return format;
  channels.forEach((channel, n) => {
    if (channel < format.channels) return;
    const last = format.channels - 1;
    throw pipelineError(
      `${where}.channels[${n}]: there is no channel ${channel}, the audio has ${format.channels}: 0${last > 0 ? ` to ${last}` : ''}`,
    );
  });
  return {
    sampleRate: format.sampleRate,
    channels: channels.length,
    layout: channels.map((channel) => format.layout[channel]),
  };
}
