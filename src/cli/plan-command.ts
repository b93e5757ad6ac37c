import { statSync } from 'node:fs';
import { usageError } from '../audio/errors.ts';
import { audioFormat } from '../audio/format.ts';
import { chooseBackend } from '../dsp/kernel-memory.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import { readPipelineFile } from '../engine/pipelines/pipeline-files.ts';
import { type CostedPlan, planAndMeasure } from '../engine/pipelines/plan.ts';
import { threadCount } from '../engine/thread-count.ts';
import { automationChanges, ownMoves } from '../graph/automation.ts';
import { withSettings } from '../graph/settings.ts';
import { withFormat } from '../graph/with-format.ts';
import { type Arguments, COMMAND_NAMES, type Command } from './command.ts';
import { latencyLine } from './latency-line.ts';
import { list, numberIn, text } from './option-value.ts';
import { planDot, planMermaid } from './plan-graphs.ts';
import { planText } from './plan-words.ts';
import { print } from './print.ts';
import { FORMAT_OPTIONS, threadsOf, wantedFormatOf } from './shared-options.ts';

/** Ways to show a plan beside text. */
const FORMS = ['json', 'svg', 'mermaid', 'latency'] as const;

/** `auralis-stream plan PIPELINE`: what a pipeline is going to do, before it runs. */
export const planCommand: Command = {
  words: [['pipeline', 'a pipeline file, or the name of a shipped one']],
  options: {
    'input-rate': { type: 'string', requiresArg: true, describe: 'sample rate in Hz (default 48000)' },
    'input-channels': { type: 'string', requiresArg: true, describe: 'channels of the input (default 2)' },
    ...FORMAT_OPTIONS,
    set: { type: 'string', requiresArg: true, describe: 'set a parameter: id.param=value (may be repeated)' },
    threads: { type: 'string', requiresArg: true, describe: 'show how as many threads share the stages' },
    json: { type: 'boolean', describe: 'print the plan as JSON' },
    svg: { type: 'string', describe: 'draw the graph as SVG, to FILE or stdout' },
    force: { type: 'boolean', alias: 'f', describe: 'write over an existing picture' },
    mermaid: { type: 'boolean', describe: 'print the graph as a Mermaid flowchart' },
    latency: { type: 'boolean', describe: 'print the total latency alone' },
  },
  examples: [
    ['auralis-stream plan three-band', 'order, latencies, delays, memory, CPU'],
    ['auralis-stream plan my.json --input-rate 44100 --svg plan.svg', 'a picture'],
  ],
  run: async (args) => {
    const forms = FORMS.filter((form) => args[form] !== undefined);
    if (forms.length > 1) throw usageError(`--${forms.join(' and --')}: expected one of them`);
    if (args.svg) checkPicture(`${args.svg}`, args.force === true);
    await show(args, await readPlan(args));
    return 0;
  },
};

/** Nothing but a picture is ever written over, a pipeline least of all, and that not unasked. */
function checkPicture(path: string, force: boolean): void {
  if (!path.endsWith('.svg')) throw usageError(`--svg ${path}: expected a file that ends in .svg`);
  if (!force && statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw usageError(`--svg ${path}: exists, add --force to write over it`);
  }
}

async function readPlan(args: Arguments): Promise<CostedPlan> {
  const wanted = text(args, 'pipeline');
  if (wanted === undefined) throw usageError('no pipeline given: auralis-stream plan PIPELINE, see --help');
  const sampleRate = numberIn(args, 'input-rate', { min: 1000, max: 768_000, whole: true }) ?? 48000;
  const channels = numberIn(args, 'input-channels', { min: 1, max: 64, whole: true }) ?? 2;
  const file = await readPipelineFile(wanted, { otherNames: COMMAND_NAMES });
  const pipeline = withFormat(withSettings(file, list(args, 'set')), wantedFormatOf(args));
  automationChanges(pipeline, ownMoves(pipeline), sampleRate);
  const threads = threadCount(threadsOf(args) ?? 1);
  return planAndMeasure(pipeline, audioFormat(sampleRate, channels), chooseBackend(), threads);
}

async function show(args: Arguments, plan: CostedPlan): Promise<void> {
  if (args.json === true) await print(`${JSON.stringify(plan, null, 2)}\n`);
  else if (args.mermaid === true) await print(planMermaid(plan));
  else if (args.latency === true) await print(`${latencyLine(plan.latency, plan.format.sampleRate)}\n`);
  else if (args.svg === undefined) await print(planText(plan));
  else await showSvg(plan, args.svg === '' ? undefined : text(args, 'svg'));
}

async function showSvg(plan: CostedPlan, file: string | undefined): Promise<void> {
  const { renderSvg } = await import('./plan-svg.ts');
  const svg = await renderSvg(planDot(plan));
  if (file === undefined) {
    await print(svg);
    return;
  }
  writeWhole(file, svg);
}
