import { outputError } from '../audio/errors.ts';
import { isReaderGone, systemReason } from '../engine/files/system-reason.ts';

/** Writes text to stdout; a reader that has gone away is no error. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onWritten = (cause?: Error | null): void => {
      // After an error its event follows, and somebody has to hear it.
      if (!cause) process.stdout.off('error', onError);
      if (!cause || isReaderGone(cause)) resolve();
      else reject(outputError(`stdout: ${systemReason(cause)}`, { cause }));
    };
    const onError = (cause: Error): void => onWritten(cause);
    process.stdout.once('error', onError);
    process.stdout.write(text, onWritten);
  });
}
