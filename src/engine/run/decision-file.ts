import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { inputError } from '../../audio/errors.ts';
import { criticalBands } from '../../dsp/spectrum/critical-bands.ts';
import type { DecisionStory, LoggedDecision } from '../../monitor/decision-story.ts';
import type { ComparedFigures, ProgrammeFigures } from '../../monitor/run-figures.ts';
import { TimeSeries } from '../analysis/time-series.ts';
import { systemReason } from '../files/system-reason.ts';

/** Most decisions that are told of, and most points of the loudness: a page stays one that a browser opens. */
const DECISIONS = 20000;
const POINTS = 2048;
/** A rate at which all critical bands exist, in Hz. */
const FULL_RATE = 44100;

const level = z.number().nullable();
const decision = z.object({
  time: z.number().min(0),
  rule: z.string(),
  stage: z.string().nullable(),
  parameter: z.string().nullable(),
  from: z.unknown(),
  to: z.unknown(),
  measured: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  because: z.string(),
});
const loudness = z.object({ type: z.literal('loudness'), time: z.number(), before: level, after: level });
const bands = z.object({ freqs: z.array(z.number()), levels: z.array(level) }).nullable();
const figures = z.object({
  loudness: level,
  range: level,
  rms: level,
  samplePeak: level,
  truePeak: level,
  crest: level,
  octaves: bands,
  thirdOctaves: bands,
});
const programme = z.object({
  type: z.literal('programme'),
  before: figures,
  after: figures,
  correlation: level,
});
const line = z.union([loudness, programme, decision]);

/** What null stands for in a log. */
const orSilence = (value: number | null): number => value ?? Number.NEGATIVE_INFINITY;

/** Reads a decision log, line by line. @throws AuralisError of kind `input` that names the line */
export async function readDecisions(
  path: string,
  input: Readable = createReadStream(path),
): Promise<DecisionStory> {
  const decisions: LoggedDecision[] = [];
  const seconds = new TimeSeries('mean', 3, POINTS);
  let [untold, duration, number] = [0, 0, 0];
  let compared: ComparedFigures | null = null;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text.trim() === '') continue;
      const read = parseLine(text, `${path}:${number}`);
      if ('time' in read) duration = Math.max(duration, read.time);
      if ('rule' in read) {
        if (decisions.length < DECISIONS) decisions.push(read);
        else untold += 1;
      } else if (read.type === 'loudness') {
        seconds.push(read.time, read.before ?? Number.NaN, read.after ?? Number.NaN);
      } else compared = comparedOf(read);
    }
  } catch (cause) {
    if (cause instanceof Error && 'errno' in cause) {
      throw inputError(`${path}: ${systemReason(cause)}`, { cause });
    }
    throw cause;
  }
  if (number === 0) throw inputError(`${path}: is empty, expected a log as --decisions writes it`);
  return {
    name: path,
    decisions,
    untold,
    duration,
    loudness: seconds.rows().map(([time, before, after]) => [time, before, after] as const),
    programme: compared,
    bandCentres: criticalBands(FULL_RATE).map(({ centreHz }) => centreHz),
  };
}

function parseLine(text: string, where: string): z.output<typeof line> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw inputError(`${where}: not JSON, expected a log as --decisions writes it`, { cause });
  }
  const read = line.safeParse(value);
  if (read.success) return read.data;
  throw inputError(
    `${where}: is no line of a decision log, expected one with time, rule, stage, from and to`,
  );
}

function comparedOf({ before, after, correlation }: z.output<typeof programme>): ComparedFigures {
  const of = (given: z.output<typeof figures>): ProgrammeFigures => {
    const { range, crest } = given;
    const levels = (view: z.output<typeof bands>) => view && { ...view, levels: view.levels.map(orSilence) };
    return {
      range,
      crest,
      loudness: orSilence(given.loudness),
      rms: orSilence(given.rms),
      samplePeak: orSilence(given.samplePeak),
      truePeak: orSilence(given.truePeak),
      octaves: levels(given.octaves),
      thirdOctaves: levels(given.thirdOctaves),
    };
  };
  return { before: of(before), after: of(after), correlation };
}
