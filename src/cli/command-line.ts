import { basename, dirname } from 'node:path';
import yargs, { type Argv, type Options } from 'yargs';
import { AuralisError, internalError, usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { printable, shown } from '../audio/shown.ts';
import type { Arguments, Command } from './command.ts';
import { commands, DEFAULT_COMMAND } from './commands.ts';
import { hireEarly } from './early-crew.ts';
import { packageVersion } from './package-version.ts';
import { say } from './say.ts';

const COMMON_OPTIONS: Readonly<Record<string, Options>> = {
  debug: { type: 'boolean', describe: 'add a stack trace to an error' },
};
const BUILT_IN = ['help', 'version'];
const ASKS_FOR_HELP = /^(--)?help|^-\w*h/;

/** Runs the command that `args` name and gives the exit code; errors are told on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  // Yargs would load the command that runs without a name before it says so.
  if (args.length === 1 && args[0] === '--version') {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  let exitCode = 0;
  const helping = args.some((arg) => ASKS_FOR_HELP.test(arg));
  const runs = !helping && commands.every(({ name }) => name !== args[0]);
  const early = runs ? hireEarly(args) : null;
  const parser = yargs()
    .scriptName('auralis-stream')
    .usage(`$0 [PIPELINE] [IN] [OUT]\n\n${commands[0].summary}`)
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-positional-numbers': false,
    })
    .options(COMMON_OPTIONS)
    .version('version', 'print the version', packageVersion())
    .help('help', 'print this')
    .alias('help', 'h')
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message);
    });
  for (const { name, summary, load } of commands) {
    let command: Command | undefined;
    parser.command({
      command: name,
      // The default command is told of in the usage line, not in the list.
      describe: name === DEFAULT_COMMAND ? false : summary,
      builder: async (argv: Argv) => {
        command = await load();
        return declare(argv, name, summary, helping ? command : withoutHelp(command));
      },
      handler: async (argv: Arguments) => {
        if (!command) return;
        refuseUnknownOptions(argv, command);
        refuseValuesOfFlags(args, command);
        const own = { ...ownOptions(argv, command), ...namedWords(argv, name, command) };
        exitCode = await command.run(own, early);
      },
    });
  }
  try {
    await parser.parseAsync(args);
    return exitCode;
  } catch (error) {
    return tell(error, args);
  }
}

/** yargs lays out the help of a named command whether asked to or not; of what is hidden there is nothing to lay out. */
function withoutHelp(command: Command): Command {
  const hidden = Object.entries(command.options).map(([name, option]) => [name, { ...option, hidden: true }]);
  return { ...command, options: Object.fromEntries(hidden), examples: [] };
}

function declare(argv: Argv, name: string, summary: string, { words, options, examples }: Command): Argv {
  const meanings = words.map(([word, meaning]) => `  ${word.toUpperCase().padEnd(10)}${meaning}`);
  const lines = examples.map(([line, what]) => `  # ${what}\n  ${line}`);
  argv.options(options);
  argv.epilogue([...meanings, meanings.length > 0 ? '\nExamples:' : 'Examples:', ...lines].join('\n'));
  const usage = ['auralis-stream', name, ...words.map(([word]) => `[${word.toUpperCase()}]`)].join(' ');
  return name === DEFAULT_COMMAND ? argv : argv.usage(`${usage}\n\n${summary}`);
}

/** Turns away options that the command does not have. */
function refuseUnknownOptions(argv: Arguments, { options }: Command): void {
  const own = { ...options, ...COMMON_OPTIONS };
  const names = [...Object.keys(own), ...BUILT_IN];
  const aliases = Object.values(own).flatMap(({ alias }) => alias ?? []);
  const known = new Set([...names, ...aliases, 'h', '_', '$0']);
  const unknown = Object.keys(argv).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const dashed = unknown.length === 1 ? `-${unknown}` : `--${unknown}`;
  const hint = didYouMean(
    dashed,
    names.map((name) => `--${name}`),
  );
  throw usageError(`unknown option ${dashed}${hint || ', see --help'}`);
}

/** Turns away `--force=maybe`, which yargs would take for no. */
function refuseValuesOfFlags(args: readonly string[], { options }: Command): void {
  const own = { ...options, ...COMMON_OPTIONS };
  const end = args.indexOf('--');
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const [, name, value] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
    const flag = Object.hasOwn(own, name) && own[name].type === 'boolean';
    if (flag && value !== 'true' && value !== 'false') {
      throw usageError(`--${name} is on or not, and takes no value; found ${shown(value)}`);
    }
  }
}

/** The options; one that has the name of a word goes by `--name`, and the name is the word's. */
function ownOptions(argv: Arguments, { words, options }: Command): Arguments {
  const shared = words.map(([word]) => word).filter((word) => word in options);
  const moved = shared.flatMap((word) => [
    [word, undefined],
    [`--${word}`, argv[word]],
  ]);
  return { ...argv, ...Object.fromEntries(moved) };
}

/**
 * The words behind the command's name, by the names the command gives them. Read here and not declared to yargs,
 * which makes an empty text of a lone `-`.
 */
function namedWords(argv: Arguments, name: string, { words }: Command): Arguments {
  const given = (argv._ as readonly unknown[]).slice(name === DEFAULT_COMMAND ? 0 : 1).map(String);
  const [many] = words.at(-1) ?? [];
  if (many?.endsWith('...')) return { [many.slice(0, -'...'.length)]: given };
  if (given.length > words.length)
    throw usageError(`unexpected argument "${given[words.length]}", see --help`);
  return Object.fromEntries(given.map((word, n) => [words[n][0], word]));
}

/** Writes an error to stderr, one line a problem, and gives its exit code. */
function tell(error: unknown, args: readonly string[]): number {
  const known = asKnown(error);
  for (const line of withoutBreaks(known.message, args).split('\n')) say(line);
  if (args.includes('--debug'))
    process.stderr.write(`${(error instanceof Error && error.stack) || known.stack}\n`);
  return known.exitCode;
}

/** A message in which a line break ends a problem, and none stands in a name that comes from the command line. */
function withoutBreaks(message: string, args: readonly string[]): string {
  const names = args.flatMap((arg) => [arg, ...arg.split('='), basename(arg), dirname(arg)]);
  return names
    .filter((name) => name.includes('\n'))
    .reduce((text, name) => text.replaceAll(name, printable(name)), message);
}

/** An error of our family: what yargs throws is about the command line, and anything else is a mistake of ours. */
function asKnown(error: unknown): AuralisError {
  if (error instanceof AuralisError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error) || error.name !== 'YError') return internalError(message, { cause: error });
  return usageError(`${message.charAt(0).toLowerCase()}${message.slice(1)}, see --help`);
}
