import type { AudioFormat } from '../../audio/format.ts';
import type { PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';

/** What a stage takes, and what it takes for each element of a list among its parameters. */
type Cost = readonly [ns: number, each?: number, list?: string];

/**
 * In ns a frame for every two channels, with the parameters they have unless told otherwise, on the demo piece with the wasm backend of
 * one machine: what counts is how they compare. A table, because what is timed at the start of a run is timed before the engine has
 * compiled it for good.
 */
const COSTS: Readonly<Record<string, Cost>> = {
  agc: [10],
  analyzer: [24],
  clipper: [90],
  compressor: [12],
  crossover: [0, 12, 'freqs'],
  'dc-blocker': [5],
  deesser: [70],
  delay: [1],
  'dynamic-eq': [8, 18, 'bands'],
  eq: [3, 1.5, 'bands'],
  gain: [1],
  gate: [18],
  highpass: [5],
  limiter: [9],
  loudness: [12],
  'loudness-normalize': [19],
  lowpass: [6],
  'mid-side': [1],
  mix: [2],
  'multiband-compressor': [0, 30, 'bands'],
  'psychoacoustic-eq': [24],
  remix: [3],
  saturator: [85],
  spectrum: [30],
  stereo: [13],
  tilt: [5],
};
/** Of a stage that does not stand in the table. */
const OTHER: Cost = [12];

/**
 * Reading, decoding, encoding and writing, 11 by a run without stages; what crosses, 2; and what a run does before its code is
 * compiled, 4: over 600 s of 16-bit stereo.
 */
const ENDS = 17;

const pairs = ({ channels }: AudioFormat): number => Math.ceil(channels / 2);

/** What each entry of a pipeline takes, in ns a frame. */
export function stageCosts({ entries }: PipelineDefinition, format: AudioFormat): number[] {
  return entries.map((entry) => (entry.bypass ? 0 : pairs(format) * nanoseconds(entry)));
}

function nanoseconds({ definition, params }: PipelineEntry): number {
  const [ns, each = 0, list = ''] = COSTS[definition.name] ?? OTHER;
  const given = params[list];
  return ns + (Array.isArray(given) ? each * given.length : 0);
}

/** What the thread that reads and writes has to do beside its stages, in ns a frame. */
export const endsCost = (format: AudioFormat): number => ENDS * pairs(format);
