/** What kind of thing went wrong; each kind has one exit code (see `EXIT_CODES`). */
export type ErrorKind = 'input' | 'usage' | 'pipeline' | 'verdict' | 'output' | 'batch' | 'internal';

/** Exit code of the command for each kind of error. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  input: 1,
  usage: 2,
  pipeline: 2,
  verdict: 3,
  output: 4,
  batch: 5,
  internal: 70,
};

/**
 * The one error family. `message` is one line (several problems: one line each) that says where,
 * what was found and what is allowed; `kind` is for programs.
 */
export class AuralisError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AuralisError';
    this.kind = kind;
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** The bytes that came in are not audio we can read. Exit code 1. */
export const inputError = (message: string, options?: ErrorOptions): AuralisError =>
  new AuralisError('input', message, options);

/** The command line, or an argument of the library, is wrong. Exit code 2. */
export const usageError = (message: string, options?: ErrorOptions): AuralisError =>
  new AuralisError('usage', message, options);

/** The pipeline file is wrong. Exit code 2. */
export const pipelineError = (message: string, options?: ErrorOptions): AuralisError =>
  new AuralisError('pipeline', message, options);

/** What was asked for can't be had within a limit that the user set. Exit code 3. */
export const verdictError = (message: string, options?: ErrorOptions): AuralisError =>
  new AuralisError('verdict', message, options);

/** The output can't be written. Exit code 4. */
export const outputError = (message: string, options?: ErrorOptions): AuralisError =>
  new AuralisError('output', message, options);

/** A mistake of ours. Exit code 70. */
export const internalError = (message: string, options?: ErrorOptions): AuralisError =>
  new AuralisError('internal', `internal: ${message}, please report`, options);
