import yargs, { type Argv, type Options } from 'yargs';
import { AuralisError, internalError, usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { type Arguments, type Command, commands } from './command.ts';
import { packageVersion } from './package-version.ts';

const COMMON_OPTIONS: Readonly<Record<string, Options>> = {
  debug: { type: 'boolean', describe: 'add a stack trace to an error' },
};
const BUILT_IN = ['help', 'version'];

/** Runs the command that `args` name and gives the exit code; errors are told on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = yargs()
    .scriptName('auralis-stream')
    .usage('$0 [PIPELINE] [IN] [OUT]\n\nStreaming audio mastering: WAV in, mastered WAV out.')
    .locale('en')
    .parserConfiguration({ 'camel-case-expansion': false, 'dot-notation': false, 'boolean-negation': false })
    .options(COMMON_OPTIONS)
    .version(packageVersion())
    .help()
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message.charAt(0).toLowerCase() + message.slice(1));
    });
  for (const { usage, summary, load } of commands) {
    let command: Command | undefined;
    parser.command(
      usage,
      summary,
      async (argv: Argv) => {
        command = await load();
        return declare(argv, command);
      },
      async (argv: Arguments) => {
        if (!command) return;
        refuseUnknown(argv, command, usage.startsWith('$0') ? 0 : 1);
        exitCode = await command.run(argv);
      },
    );
  }
  try {
    await parser.parseAsync(args);
    return exitCode;
  } catch (error) {
    return tell(error, args.includes('--debug'));
  }
}

function declare(argv: Argv, { positionals, options, examples }: Command): Argv {
  for (const [name, positional] of Object.entries(positionals)) argv.positional(name, positional);
  const lines = examples.map(([line, what]) => `  # ${what}\n  ${line}`);
  return argv.options(options).epilogue(['Examples:', ...lines].join('\n'));
}

/** Turns away options, and words beyond the first `words`, that the command does not have. */
function refuseUnknown(argv: Arguments, { positionals, options }: Command, words: number): void {
  const own = { ...options, ...COMMON_OPTIONS };
  const names = [...Object.keys(own), ...BUILT_IN];
  const aliases = Object.values(own).flatMap(({ alias }) => alias ?? []);
  const known = new Set([...names, ...aliases, ...Object.keys(positionals), '_', '$0']);
  const unknown = Object.keys(argv).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const dashed = unknown.length === 1 ? `-${unknown}` : `--${unknown}`;
    const hint = didYouMean(
      dashed,
      names.map((name) => `--${name}`),
    );
    throw usageError(`unknown option ${dashed}${hint || ', see --help'}`);
  }
  const extra = (argv._ as readonly (string | number)[])[words];
  if (extra !== undefined) throw usageError(`unexpected argument "${extra}", see --help`);
}

/** Writes an error to stderr, one line a problem, and gives its exit code. */
function tell(error: unknown, debug: boolean): number {
  const known = error instanceof AuralisError ? error : internalError(describe(error), { cause: error });
  for (const line of known.message.split('\n')) process.stderr.write(`auralis-stream: ${line}\n`);
  if (debug) process.stderr.write(`${(error instanceof Error && error.stack) || known.stack}\n`);
  return known.exitCode;
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
