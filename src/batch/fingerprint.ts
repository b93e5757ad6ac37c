import { createHash } from 'node:crypto';
import { pipeline as connect } from 'node:stream/promises';
import { openFile } from '../engine/analysis/analyze.ts';
import type { FileCalls } from '../engine/files/file-calls.ts';
import { pipelineOf } from './pipeline-of.ts';
import type { NoPlan, TrackPlan, Work } from './track-task.ts';

/** SHA-256 of a file's bytes, in hex. */
export async function contentHash(path: string, calls: FileCalls, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await connect(openFile(path, calls), hash, { signal });
  return hash.digest('hex');
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
  const { entries, outputs, source } = await pipelineOf(pipeline, batch);
  const stages = entries.map(({ definition, where: _, ...entry }) => ({ ...entry, stage: definition.name }));
  return { stages, outputs, automation: source.automation };
}
