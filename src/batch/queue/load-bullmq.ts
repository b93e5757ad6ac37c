import { usageError } from '../../audio/errors.ts';

/** The two packages that a queue needs. */
export interface QueuePackages {
  readonly bullmq: typeof import('bullmq');
  readonly Redis: typeof import('ioredis').Redis;
}

/** Loads what a queue needs, and nobody else. @throws AuralisError of kind `usage` that names the line which installs it */
export async function loadBullmq(): Promise<QueuePackages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause;
    throw usageError(
      '--queue: needs two packages that are not installed: npm install bullmq ioredis (with -g where auralis-stream is)',
      { cause },
    );
  }
}
