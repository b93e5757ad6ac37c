import { usageError } from '../audio/errors.ts';
import type { OnCeiling } from '../engine/passes/plan-gain.ts';
import { readPreset } from '../engine/pipelines/mastering-files.ts';
import type { Work } from './track-task.ts';

/** A loudness to bring a track to. */
export interface NormalizeTo {
  /** LUFS. */
  readonly target: number;
  /** dBTP. @default -1 */
  readonly ceiling?: number | undefined;
  /** What to do where the ceiling forbids the gain. @default 'refuse' */
  readonly onCeiling?: OnCeiling | undefined;
}

/** What a track is mastered towards, by what is heard in it. */
export interface MasterTo {
  /** A preset of the package, or a file. */
  readonly preset: string;
  /** A file that says what was decided and why, a JSON object a line. */
  readonly decisions?: string | undefined;
}

/** One file to be made of another; a pipeline, a loudness or a preset says how. */
export interface FileJob {
  readonly input: string;
  /** A WAV; folders on the way to it are made. */
  readonly output: string;
  /** A pipeline file, the name of a shipped one, or the JSON as a value. */
  readonly pipeline?: string | object | undefined;
  readonly normalize?: NormalizeTo | undefined;
  readonly master?: MasterTo | undefined;
  /** Jobs of one album get one gain, by their loudness as one programme. */
  readonly album?: string | undefined;
}

/**
 * What is done to each track. A preset is read once, so that all tracks go by one.
 * @throws AuralisError of kind `usage` for a job that says nothing of it, too much, or what does not go together
 */
export async function worksOf(jobs: readonly FileJob[]): Promise<readonly Work[]> {
  const presets = new Map<string, ReturnType<typeof readPreset>>();
  return Promise.all(
    jobs.map(async ({ input, pipeline, normalize, master, album }): Promise<Work> => {
      if ([pipeline, normalize, master].filter((how) => how !== undefined).length !== 1) {
        throw usageError(`${input}: expected one of a pipeline, a loudness to normalize to, and a preset`);
      }
      if (normalize !== undefined)
        return { kind: 'normalize', ceiling: -1, onCeiling: 'refuse', ...given(normalize) };
      if (album !== undefined) throw usageError(`${input}: an album needs a loudness to normalize to`);
      if (master === undefined) return { kind: 'pipeline', pipeline: pipeline! };
      const { preset: name } = master;
      const preset = presets.get(name) ?? readPreset(name);
      presets.set(name, preset);
      return {
        kind: 'master',
        aim: { preset: await preset, mode: 'adaptive', reference: null, amount: 1 },
      };
    }),
  );
}

/** What was given, without what was given as undefined. */
const given = ({ target, ceiling, onCeiling }: NormalizeTo) => ({
  target,
  ...(ceiling !== undefined && { ceiling }),
  ...(onCeiling !== undefined && { onCeiling }),
});
