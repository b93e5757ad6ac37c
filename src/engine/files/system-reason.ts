import { getSystemErrorMap } from 'node:util';
import { AuralisError, type inputError } from '../../audio/errors.ts';

/** Whether an error comes from the operating system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly errno: number } {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number';
}

/** The operating system's own words for an error, such as `no space left on device`, where they say enough; else the error's message. */
export function systemReason(error: unknown): string {
  if (isSystemError(error) && error.code === 'EISDIR') return 'is a directory, expected a file';
  if (isSystemError(error)) return getSystemErrorMap().get(error.errno)?.[1] ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** Whether the reader of a pipe or socket has gone; on Windows that is EOF. */
export function isReaderGone(error: unknown): boolean {
  return isSystemError(error) && ['EPIPE', 'ECONNRESET', 'EOF'].includes(error.code ?? '');
}

/** An error that says which input or output it is about; one that does already stays as it is. */
export function named(error: unknown, name: string, kind: typeof inputError): AuralisError {
  const message = systemReason(error);
  if (error instanceof AuralisError && message.startsWith(`${name}: `)) return error;
  return kind(`${name}: ${message}`, { cause: error });
}
