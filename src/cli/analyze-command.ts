import { EXIT_CODES, usageError } from '../audio/errors.ts';
import { type AnalyzeResult, analyze } from '../engine/analysis/analyze.ts';
import { judge } from '../engine/analysis/judge.ts';
import { MEASURES, type Measure } from '../engine/analysis/measures.ts';
import type { Target } from '../engine/analysis/target-files.ts';
import { parseRawFormat } from '../io/sample-format.ts';
import { analysisJson } from '../monitor/analysis-json.ts';
import { analysisText } from './analysis-text.ts';
import type { Arguments, Command } from './command.ts';
import { text } from './option-value.ts';
import { print } from './print.ts';
import { say } from './say.ts';
import { BACKEND_OPTION, backendOf, threadsOf } from './shared-options.ts';
import { openInput } from './standard-streams.ts';

/** `auralis-stream analyze FILE...`: figures, pictures, verdicts. */
export const analyzeCommand: Command = {
  words: [
    [
      'file...',
      'audio of any kind that is read; - or nothing is stdin. Several are shown side by side, with differences',
    ],
  ],
  options: {
    json: { type: 'boolean', describe: 'print JSON instead of a table' },
    only: {
      type: 'string',
      requiresArg: true,
      describe: `measure no more than these, a comma between: ${MEASURES.join(', ')}`,
    },
    target: {
      type: 'string',
      requiresArg: true,
      describe:
        'judge by ebu-r128, ebu-r128-live, ebu-r128-s1, atsc-a85, aes-td1008, streaming, spotify, youtube, apple, podcast, or a file of your own; exit code 3 on fail',
    },
    html: { type: 'string', requiresArg: true, describe: 'write a page with charts to FILE' },
    svg: { type: 'string', requiresArg: true, describe: 'write one chart as SVG to FILE' },
    png: { type: 'string', requiresArg: true, describe: 'write one chart as PNG to FILE' },
    chart: {
      type: 'string',
      requiresArg: true,
      describe:
        'the chart of --svg and --png: loudness (default), true-peak, waveform, spectrum, spectrogram, correlation',
    },
    raw: { type: 'string', requiresArg: true, describe: 'the input has no header: FORMAT:RATE:CHANNELS' },
    ...BACKEND_OPTION,
    threads: {
      type: 'string',
      requiresArg: true,
      describe: 'for the spectrum of long files: a number or auto (default)',
    },
    force: { type: 'boolean', alias: 'f', describe: 'write over an existing page or picture' },
    quiet: { type: 'boolean', describe: 'no warnings' },
  },
  examples: [
    ['auralis-stream analyze master.wav', 'a table'],
    ['auralis-stream analyze before.wav after.wav --html report.html', 'side by side, on one page'],
    [
      'auralis-stream analyze master.wav --target ebu-r128 --json',
      'a verdict for a script; exit code 3 on fail',
    ],
    [
      'cat master.wav | auralis-stream analyze --only loudness,truePeak',
      'from a pipe, and no more than asked for',
    ],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const named = (args.file as readonly string[] | undefined) ?? [];
  const files = named.length > 0 ? named : ['-'];
  if (files.filter((file) => file === '-').length > 1)
    throw usageError('stdin (-) is named twice, it can be read once');
  const pictures = await picturesOf(args, files);
  const target = await targetOf(args);
  const results: { name: string; result: AnalyzeResult }[] = [];
  for (const file of files) results.push(await measure(args, file, pictures !== null, target));
  const inputs = results.map(({ name, result }) => ({ name, analysis: result.analysis }));
  await pictures?.draw(
    results.map(({ name, result }) => ({ name, analysis: result.analysis, curves: result.curves! })),
  );
  await print(args.json === true ? analysisJson(inputs) : analysisText(inputs));
  const failed = inputs.some(({ analysis }) => analysis.verdict?.pass === false);
  return failed ? EXIT_CODES.verdict : 0;
}

async function measure(args: Arguments, file: string, curves: boolean, target: Target | null) {
  const raw = text(args, 'raw');
  const options = {
    only: text(args, 'only')
      ?.split(',')
      .map((name) => name.trim()) as readonly Measure[] | undefined,
    curves,
    raw: raw === undefined ? undefined : parseRawFormat(raw),
    backend: backendOf(args),
    threads: threadsOf(args) ?? ('auto' as const),
  };
  const input = openInput(file);
  const result = await analyze(input.stream, { ...options, inputName: input.name });
  if (args.quiet !== true) {
    for (const warning of result.warnings) say(`warning: ${input.name}: ${warning}`);
  }
  if (target === null) return { name: input.name, result };
  const { analysis } = result;
  return {
    name: input.name,
    result: { ...result, analysis: { ...analysis, verdict: judge(analysis, target) } },
  };
}

/** The target, checked before anything is measured; loaded only when there is one. */
async function targetOf(args: Arguments): Promise<Target | null> {
  const name = text(args, 'target');
  if (name === undefined) return null;
  const { readTarget } = await import('../engine/analysis/target-files.ts');
  return readTarget(name);
}

/** What draws the pictures that were asked for; loaded only when there are any. */
async function picturesOf(args: Arguments, files: readonly string[]) {
  const wanted = ['html', 'svg', 'png'].some((name) => args[name] !== undefined);
  if (!wanted) {
    if (args.chart !== undefined) throw usageError('--chart says what --svg or --png draws: add one of them');
    return null;
  }
  const { openPictures } = await import('./analysis-pictures.ts');
  return openPictures(args, files);
}
