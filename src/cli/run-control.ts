import type { RunControl } from '../engine/run/run-options.ts';
import { switchOnSignal } from './ab-option.ts';
import type { Arguments } from './command.ts';
import type { OpenedMonitor } from './monitor-option.ts';
import { reloadPipeline } from './reload-pipeline.ts';
import type { RunSettings } from './run-settings.ts';
import { say } from './say.ts';

/** Lets the monitor, the pipeline's file, its schedule and signals change a run. Gives back what ends it. */
export function controlRun(
  args: Arguments,
  { settings, source, watched }: RunSettings,
  monitor: OpenedMonitor | null,
  control: RunControl,
): () => void {
  const tell = (line: string): void => {
    if (args.quiet !== true) say(line);
  };
  monitor?.server.attach(control.live);
  if (monitor) tell(`monitor at ${monitor.address}`);
  const endReload = reloadPipeline({
    source,
    watched,
    first: settings.pipeline,
    control,
    tell: (line) => {
      monitor?.server.event({ frame: control.live.frame, kind: 'reload', text: line });
      tell(line);
    },
  });
  const endSwitching = args.ab === undefined ? null : switchOnSignal(control, tell);
  return () => {
    endReload();
    endSwitching?.();
  };
}
