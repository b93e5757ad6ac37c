import * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { usageError } from '../audio/errors.ts';
import { type AudioFormat, type ChannelLayout, defaultLayout, LAYOUTS, sameFormat } from '../audio/format.ts';
import { dbToGain } from '../dsp/elementary.ts';
import { applyMatrix, type ChannelMatrix, layoutMatrix, withoutRule } from '../dsp/gain/downmix.ts';
import { copyPlanar } from '../dsp/gain/gain.ts';
import { GlidingGain } from '../dsp/gain/gliding-gain.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { described, number } from './parameters.ts';

const LAYOUT_NAMES = Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[];
const MOST_CHANNELS = 64;

const params = z
  .strictObject({
    channels: described(
      z.union([z.enum(LAYOUT_NAMES), z.int().min(1).max(MOST_CHANNELS)]).optional(),
      `layout of the output: ${LAYOUT_NAMES.join(', ')}, or a number of channels; that of the input unless given`,
      'restart',
    ),
    map: described(
      z.array(z.int().min(0).max(MOST_CHANNELS)).min(1).max(MOST_CHANNELS).optional(),
      'for each output channel the input channel it takes, from 1; 0 is silence',
      'restart',
    ),
    matrix: described(
      z
        .array(z.array(z.number().min(-100).max(100)).min(1))
        .min(1)
        .max(MOST_CHANNELS)
        .optional(),
      'for each output channel a list of factors, one for each input channel',
      'restart',
    ),
    gain: number({ min: -60, max: 24, default: 0, unit: 'dB', doc: 'factor on every output channel' }),
  })
  .refine(({ map, matrix }) => !map || !matrix, {
    message: 'map and matrix exclude each other',
    path: ['matrix'],
  });
type Params = z.output<typeof params>;

/** Length of the glide to a new gain. */
const GLIDE_MS = 20;

const layoutOf = (channels: string | number): ChannelLayout =>
  typeof channels === 'number' ? defaultLayout(channels) : LAYOUTS[channels as keyof typeof LAYOUTS];

/** Rows that `map` or `matrix` say, or null where the layouts say all. */
function ownRows({ map, matrix }: Params, channels: number): ChannelMatrix | null {
  const missing = map?.find((one) => one > channels);
  if (missing !== undefined) throw usageError(`map names channel ${missing}, the input has ${channels}`);
  const odd = matrix?.find((row) => row.length !== channels);
  if (odd)
    throw usageError(`a row of the matrix has ${odd.length} factors, the input has ${channels} channels`);
  const rowOf = (one: number) => Array.from({ length: channels }, (_, n) => (n === one - 1 ? 1 : 0));
  return map?.map(rowOf) ?? matrix ?? null;
}

/** The layout that goes out and the matrix to it. */
function plan(
  { layout, channels }: AudioFormat,
  given: Params,
): { layout: ChannelLayout; matrix: ChannelMatrix } {
  const rows = ownRows(given, channels);
  const target =
    given.channels === undefined ? (rows ? defaultLayout(rows.length) : layout) : layoutOf(given.channels);
  if (rows && rows.length !== target.length) {
    throw usageError(
      `channels "${given.channels}" has ${target.length} channels, map or matrix give ${rows.length}`,
    );
  }
  const lost = rows ? null : withoutRule(layout, target);
  if (lost !== null && layout.join() !== target.join()) {
    const places = target.every((place) => place === '-')
      ? `${target.length} channels without places`
      : target.join(' ');
    throw usageError(`no rule takes ${lost} to ${places}; give a map or a matrix`);
  }
  const same = layout.join() === target.join();
  const identity = layout.map((_, n) => layout.map((__, m) => (n === m ? 1 : 0)));
  return { layout: target, matrix: rows ?? (same ? identity : layoutMatrix(layout, target)) };
}

class Remix extends StageProcessor<Params> {
  readonly #matrix: ChannelMatrix;
  readonly #gains: readonly GlidingGain[];
  /** Where the output is formed when it must go back over the input. */
  readonly #apart: Planar | null;

  constructor(spec: ProcessSpec, initial: Params) {
    super('remix', spec, initial);
    const { format, maxFrames, memory } = spec;
    const { layout, matrix } = plan(format, initial);
    const length = (GLIDE_MS / 1000) * format.sampleRate;
    const inPlace = sameFormat(format, { ...format, channels: layout.length, layout });
    this.#matrix = matrix;
    this.#gains = matrix.map(() => new GlidingGain(this.state, length));
    this.#apart = inPlace ? memory.planar(layout.length, maxFrames) : null;
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    for (const gain of this.#gains) gain.set(dbToGain(this.params.gain), glide);
  }

  override process({ main, outputs }: StageIO, frames: number): void {
    const { kernels } = this.state.memory;
    const target = this.#apart ?? outputs[0];
    applyMatrix(kernels, this.#matrix, main, target, frames);
    this.#gains.forEach((gain, n) => {
      gain.process(target[n], frames);
    });
    if (this.#apart) copyPlanar(kernels, main, target, frames);
  }
}

/** Changes the number and the order of channels: down, up, or by a table of one's own. */
export const remix = defineStage({
  name: 'remix',
  summary: 'Changes number and order of channels: downmix by ITU-R BS.775, maps, matrices',
  source: 'Recommendation ITU-R BS.775-3, Annex 4, Table 2',
  params,
  outputFormat: (format, given) => {
    const { layout } = plan(format, given);
    return { ...format, channels: layout.length, layout };
  },
  neutral: { gain: -6 },
  exercise: { channels: 'stereo', gain: -6 },
  prepare: (spec, initial) => new Remix(spec, initial),
});
