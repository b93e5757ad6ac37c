import type { AudioFormat } from '../../audio/format.ts';
import type { PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';

/** What a stage takes, and what it takes for each element of a list among its parameters. */
type Cost = readonly [ns: number, each?: number, list?: string];

/**
 * In ns a frame for every two channels, as `plan` measured it with the wasm backend on one machine: what counts is how they
 * compare. A table, because what is timed at the start of a run is timed before the engine has compiled it for good.
 */
const COSTS: Readonly<Record<string, Cost>> = {
  agc: [8],
  analyzer: [20],
  clipper: [39],
  compressor: [12],
  crossover: [0, 12, 'freqs'],
  'dc-blocker': [5],
  deesser: [65],
  delay: [1],
  'dynamic-eq': [12, 18, 'bands'],
  eq: [3, 1.5, 'bands'],
  gain: [1],
  gate: [34],
  highpass: [5],
  limiter: [8],
  loudness: [26],
  'loudness-normalize': [16],
  lowpass: [6],
  'mid-side': [1],
  mix: [2],
  'multiband-compressor': [0, 39, 'bands'],
  'psychoacoustic-eq': [29],
  remix: [3],
  saturator: [41],
  spectrum: [37],
  stereo: [13],
  tilt: [5],
};
/** Of a stage that does not stand in the table. */
const OTHER: Cost = [12];

/** Reading, decoding, encoding and writing: a run without stages, of 600 s of 16-bit stereo. */
const ENDS = 12;

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
