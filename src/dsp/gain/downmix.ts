import type { Planar } from '../../audio/block.ts';
import type { ChannelLayout, Speaker } from '../../audio/format.ts';
import type { Kernels } from '../kernel-memory.ts';
import { addScaled } from './gain.ts';

/** Factors from input channels (columns) to output channels (rows). */
export type ChannelMatrix = readonly (readonly number[])[];

const HALF_POWER = Math.SQRT1_2;

/** Where a loudspeaker that the output lacks is heard instead, and how loud; the first line that the output can do counts. */
type Fold = readonly (readonly (readonly [Speaker, number])[])[];

const both = (left: Speaker, right: Speaker, factor: number) =>
  [
    [left, factor],
    [right, factor],
  ] as const;

/**
 * Recommendation ITU-R BS.775-3 (2012), Annex 4 with its Table 2, downward mixing of 3/2 source signals: the centre at 0.7071 in both
 * fronts, a surround at 0.7071 in the front of its side; in mono fronts at 0.7071, centre at 1 and surrounds at 0.5.
 * The single surround of 3/1 is shared by two loudspeakers at equal power. Side and back are the same surround there.
 */
const FOLDS: Readonly<Partial<Record<Speaker, Fold>>> = {
  FL: [[['FC', HALF_POWER]]],
  FR: [[['FC', HALF_POWER]]],
  FC: [both('FL', 'FR', HALF_POWER)],
  BL: [[['SL', 1]], [['BC', HALF_POWER]], [['FL', HALF_POWER]], [['FC', 0.5]]],
  BR: [[['SR', 1]], [['BC', HALF_POWER]], [['FR', HALF_POWER]], [['FC', 0.5]]],
  SL: [[['BL', 1]], [['BC', HALF_POWER]], [['FL', HALF_POWER]], [['FC', 0.5]]],
  SR: [[['BR', 1]], [['BC', HALF_POWER]], [['FR', HALF_POWER]], [['FC', 0.5]]],
  BC: [
    both('BL', 'BR', HALF_POWER),
    both('SL', 'SR', HALF_POWER),
    both('FL', 'FR', 0.5),
    [['FC', HALF_POWER]],
  ],
  // The effects channel has no part in a downmix (BS.775-3, Annex 7).
  LFE: [[]],
};

const isMono = (layout: ChannelLayout): boolean => layout.length === 1 && layout[0] === 'FC';
const isStereo = (layout: ChannelLayout): boolean => layout.join() === 'FL,FR';

/** What of `input` has no place in `output` and no rule, in words; null where all has. */
export function withoutRule(input: ChannelLayout, output: ChannelLayout): string | null {
  const lost = input.filter((speaker) => placesOf(speaker, input, output) === undefined);
  if (lost.length === 0) return null;
  const named = lost.filter((speaker) => speaker !== '-');
  return named.length === lost.length ? named.join(' ') : [...named, 'channels without a place'].join(' ');
}

/** Where a loudspeaker of the input is heard in the output. */
function placesOf(
  speaker: Speaker,
  input: ChannelLayout,
  output: ChannelLayout,
): readonly (readonly [Speaker, number])[] | undefined {
  if (speaker !== '-' && output.includes(speaker)) return [[speaker, 1]];
  const places = FOLDS[speaker]?.find((line) => line.every(([place]) => output.includes(place)));
  // Sides that join backs of their own do so at equal power.
  return places?.map(([place, factor]) => [
    place,
    factor === 1 && input.includes(place) ? HALF_POWER : factor,
  ]);
}

/**
 * The matrix from one layout to another by BS.775, for loudspeakers that have a rule. Mono to stereo is the same signal twice
 * and stereo to mono the mean, so that nothing gets louder than it was and mono comes back as it went.
 */
export function layoutMatrix(input: ChannelLayout, output: ChannelLayout): ChannelMatrix {
  if (isMono(input) && isStereo(output)) return [[1], [1]];
  if (isStereo(input) && isMono(output)) return [[0.5, 0.5]];
  const places = input.map((speaker) => placesOf(speaker, input, output) ?? []);
  return output.map((target) => places.map((list) => list.find(([place]) => place === target)?.[1] ?? 0));
}

/** Forms the first `frames` frames of `output`, a row of the matrix each, from those of `input`. */
export function applyMatrix(
  kernels: Kernels | null,
  matrix: ChannelMatrix,
  input: Planar,
  output: Planar,
  frames: number,
): void {
  matrix.forEach((row, n) => {
    output[n].fill(0, 0, frames);
    row.forEach((factor, c) => {
      if (factor !== 0) addScaled(kernels, output[n], input[c], frames, factor);
    });
  });
}
