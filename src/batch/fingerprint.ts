import { createHash } from 'node:crypto';
import { openSync, statSync } from 'node:fs';
import { pipeline as connect } from 'node:stream/promises';
import type { FileCalls } from '../engine/files/file-calls.ts';
import { rotatingReader } from '../engine/files/rotating-reader.ts';
import { pipelineOf } from './pipeline-of.ts';
import type { NoPlan, TrackPlan, Work } from './track-task.ts';

/** SHA-256 of a file's bytes, in hex. */
async function contentHash(path: string, calls: FileCalls, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await connect(rotatingReader(openSync(path, 'r'), 'file', { calls }), hash, { signal });
  return hash.digest('hex');
}

/** SHA-256 of a file's bytes, taken on the way where all of them are read for something else. */
export class ContentHash {
  readonly #path: string;
  readonly #calls: FileCalls;
  readonly #passing = createHash('sha256');
  #bytes = 0;
  #hex: string | null = null;

  constructor(path: string, calls: FileCalls) {
    this.#path = path;
    this.#calls = calls;
  }

  /** To read the file by, once and from its start, for its bytes to be counted in. */
  get calls(): FileCalls {
    const calls = this.#calls;
    if (this.#hex !== null) return calls;
    return {
      ...calls,
      read: (fd, buffer, done) =>
        calls.read(fd, buffer, (error, bytes) => {
          this.#passing.update(buffer.subarray(0, bytes));
          this.#bytes += bytes;
          done(error, bytes);
        }),
    };
  }

  /** In hex; reads the file where not all of it has passed, as when ffmpeg decodes it. */
  async hex(signal: AbortSignal): Promise<string> {
    const whole = this.#bytes === statSync(this.#path).size;
    this.#hex ??= whole ? this.#passing.digest('hex') : await contentHash(this.#path, this.#calls, signal);
    return this.#hex;
  }
}

/** SHA-256 of all that decides what is done to a track: every parameter of every stage, and the version. */
export async function workHash(
  version: string,
  work: Work | TrackPlan | NoPlan,
  batch: string,
): Promise<string> {
  const decided = 'pipeline' in work ? await describePipeline(work.pipeline, batch) : work;
  return createHash('sha256')
    .update(JSON.stringify([version, decided]))
    .digest('hex');
}

/** Resolved, so that a change in a part that the file uses counts too. */
async function describePipeline(pipeline: string | object, batch: string): Promise<object> {
  const { entries, outputs, automation } = await pipelineOf(pipeline, batch);
  const stages = entries.map(({ definition, where: _, ...entry }) => ({ ...entry, stage: definition.name }));
  return { stages, outputs, automation };
}
