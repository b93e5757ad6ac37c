import type { OutputSink } from '../engine/files/output-sink.ts';
import type { RunOptions } from '../engine/run/run-options.ts';
import { checkpointOf } from './checkpoint-options.ts';
import type { Arguments } from './command.ts';
import { type DecisionLog, openDecisionLog } from './decision-log.ts';
import type { FilesInUse } from './files-in-use.ts';
import { openLoudnessLog } from './loudness-log-target.ts';
import { openNamedOutputs } from './named-ends.ts';
import { text } from './option-value.ts';
import { openLog } from './report-target.ts';
import type { RunSettings } from './run-settings.ts';
import { openOutput, openResumedOutput } from './standard-streams.ts';
import { openStats, type WantedStats } from './stats-target.ts';

/** What a run writes: its audio, and what stands beside it. */
export interface RunOutputs extends Pick<RunOptions, 'checkpoint' | 'report' | 'loudnessLog'> {
  readonly output: OutputSink;
  /** The further ones, by name. */
  readonly outputs: Readonly<Record<string, OutputSink>>;
  readonly decisions: DecisionLog;
  readonly stats: WantedStats | null;
  /** Ends the logs. */
  readonly close: () => void;
}

/** Opens OUT, the pipeline's further outputs, and all that is written beside them. */
export async function openRunOutputs(
  args: Arguments,
  { settings: { resume }, ends }: RunSettings,
  files: FilesInUse,
): Promise<RunOutputs> {
  const force = args.force === true;
  const out = text(args, 'out');
  const rules = {
    force,
    inputs: [text(args, 'in'), ...ends.inputs.values()],
    pipeline: text(args, 'pipeline'),
    asStream: args.checkpoint !== undefined,
  };
  const output = resume ? await openResumedOutput(out, resume.checkpoint, rules) : openOutput(out, rules);
  const reads = ['pipeline', 'automation', 'in'].flatMap((name) => text(args, name) ?? []);
  const outputs = openNamedOutputs(ends.outputs, force, {
    inputs: [...reads, ...ends.inputs.values()],
    output: out === '-' ? undefined : out,
  });
  const target = text(args, 'report');
  const checkpoint = await checkpointOf(args, files);
  const report = target === undefined ? undefined : openLog({ option: '--report', target, force, files });
  const loudnessLog = openLoudnessLog(args, files);
  const decisions = openDecisionLog(args, files);
  const stats = openStats(args, files);
  const close = (): void => {
    loudnessLog?.close();
    decisions.end();
  };
  return { output, outputs, checkpoint, report, loudnessLog, decisions, stats, close };
}
