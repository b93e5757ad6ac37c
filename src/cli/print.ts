import { outputError } from '../audio/errors.ts';
import { isReaderGone, systemReason } from '../engine/files/system-reason.ts';

/** Writes text to stdout; a reader that has gone away is no error. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onWritten = (cause?: Error | null): void => {
      if (!cause || isReaderGone(cause)) resolve();
      else reject(outputError(`stdout: ${systemReason(cause)}`, { cause }));
    };
    process.stdout.once('error', onWritten);
    process.stdout.write(text, onWritten);
  });
}
