import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemReason } from '../engine/files/system-reason.ts';
import type { RunControl } from '../engine/run/run-options.ts';
import { carryOver } from '../graph/carry-over.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import type { ScheduledFile } from './schedule.ts';

/** A timer may be early by so much, in ms. */
const EARLY = 50;

/** Editors write a file in several steps; this long after the last one it is read, in ms. */
const SETTLE = 100;

/** What a reload needs. */
export interface ReloadOptions {
  /** Reads the file again, with the settings of the command line, and knows when that is due by its schedule. */
  readonly source: Pick<ScheduledFile, 'read' | 'next'>;
  /** What it said at the start. */
  readonly first: PipelineDefinition;
  readonly control: Pick<RunControl, 'pipeline' | 'replace'>;
  /** The file to watch as well, or null for the signal alone. */
  readonly watched: string | null;
  /** Takes one line about each reload. */
  readonly tell: (line: string) => void;
}

/**
 * Reads the pipeline again at every SIGHUP, at the times of its schedule and, where it is watched, whenever its file
 * changes. A file that is wrong is refused, and what played plays on. Gives back what ends it.
 */
export function reloadPipeline({ source, first, control, watched, tell }: ReloadOptions): () => void {
  let fileBefore = first;
  const reload = async (): Promise<void> => {
    try {
      const fileNow = await source.read();
      await control.replace(carryOver(fileBefore, fileNow, control.pipeline));
      fileBefore = fileNow;
      tell('pipeline reloaded');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      for (const line of reason.split('\n')) tell(`reload refused: ${line}`);
    }
    arm();
  };
  // One after the other, so that the last file read is the last that counts.
  let queue = Promise.resolve();
  const enqueue = (): void => {
    queue = queue.then(reload);
  };
  let alarm: NodeJS.Timeout | undefined;
  const arm = (): void => {
    clearTimeout(alarm);
    const next = source.next();
    if (next !== null) alarm = setTimeout(enqueue, next.getTime() - Date.now() + EARLY);
  };
  arm();
  process.on('SIGHUP', enqueue);
  let timer: NodeJS.Timeout | undefined;
  // The folder is watched, because many editors put a new file in the place of the old one.
  const watcher =
    watched === null
      ? null
      : watch(dirname(watched), { persistent: false }, (_event, name) => {
          if (name !== basename(watched)) return;
          clearTimeout(timer);
          timer = setTimeout(enqueue, SETTLE);
        });
  watcher?.on('error', (error) => tell(`--watch: ${systemReason(error)}, send SIGHUP to reload`));
  return () => {
    process.off('SIGHUP', enqueue);
    clearTimeout(timer);
    clearTimeout(alarm);
    watcher?.close();
  };
}
