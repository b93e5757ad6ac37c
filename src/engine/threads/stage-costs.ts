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
  agc: [8],
  analyzer: [22],
  clipper: [70],
  compressor: [9],
  crossover: [0, 10, 'freqs'],
  'dc-blocker': [4],
  deesser: [47],
  delay: [1],
  'dynamic-eq': [2, 12, 'bands'],
  eq: [3, 1.2, 'bands'],
  gain: [1],
  gate: [11],
  highpass: [4],
  limiter: [8],
  loudness: [8],
  'loudness-normalize': [19],
  lowpass: [4],
  'mid-side': [1],
  mix: [2],
  'multiband-compressor': [0, 15, 'bands'],
  'multiplex-power': [3],
  'psychoacoustic-eq': [21],
  remix: [3],
  saturator: [54],
  spectrum: [25],
  stereo: [11],
  tilt: [4],
};
/** Of a stage that does not stand in the table. */
const OTHER: Cost = [12];

/**
 * Reading, decoding, encoding and writing, 10 by a run without stages; what crosses, 2; and what a run does before its code is
 * compiled, 4: over 600 s of 16-bit stereo.
 */
const ENDS = 16;

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
