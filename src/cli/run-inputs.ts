import type { AirListener } from '../engine/air/air-event.ts';
import type { NamedInput } from '../engine/files/side-input.ts';
import { openEvents, openRunInput, type RunInput } from './air-options.ts';
import type { Arguments } from './command.ts';
import type { FilesInUse } from './files-in-use.ts';
import type { OpenedMonitor } from './monitor-option.ts';
import { openNamedInputs } from './named-ends.ts';
import type { RunSettings } from './run-settings.ts';

/** What a run reads. */
export interface RunInputs {
  readonly input: RunInput;
  /** The further ones, by name. */
  readonly inputs: Readonly<Record<string, NamedInput>>;
  readonly close: () => void;
}

/** Opens IN, the pipeline's further inputs, and the log of what happens to them on air. */
export async function openRunInputs(
  args: Arguments,
  { settings, ends }: RunSettings,
  files: FilesInUse,
  monitor: OpenedMonitor | null,
): Promise<RunInputs> {
  const events = openEvents(args, files);
  const tell: AirListener = (event) => {
    events.tell(event);
    const text = [event.event, event.stage, event.reason].filter((word) => word !== undefined).join(', ');
    monitor?.server.event({ frame: event.frame, kind: 'air', text });
  };
  const open: NamedInput[] = [];
  const close = (): void => {
    // A pipe that is still open would keep the process waiting.
    for (const { stream } of open) stream.destroy();
    events.close();
  };
  try {
    const input = await openRunInput(args, settings, tell);
    open.push(input);
    const inputs = openNamedInputs(ends.inputs);
    open.push(...Object.values(inputs));
    return { input, inputs, close };
  } catch (error) {
    close();
    throw error;
  }
}
