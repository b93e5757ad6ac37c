import type { ChannelLayout, Speaker } from '../../audio/format.ts';

/** +1.5 dB, as ITU-R BS.1770-5 prints it: for loudspeakers at the side. */
const SIDE = 1.41;

/** Loudspeakers at ear height between 60 and 120 degrees of azimuth in every layout. */
const SIDES: readonly Speaker[] = ['SL', 'SR'];
/** A pair called back is the side pair of 5.1 (110 degrees) unless there is one; else it stands at 135 degrees. */
const BACKS: readonly Speaker[] = ['BL', 'BR'];

/**
 * Weight of each channel in a loudness sum, linear: ITU-R BS.1770-5, Annex 1, Table 4 and Annex 3, Table 5. The LFE does
 * not count; loudspeakers beside the listener count 1.41; all others, those above and those without a place too,
 * count 1. With `dualMono` a single channel counts as the two loudspeakers that will play it, 3.01 LU more.
 */
export function channelWeights(layout: ChannelLayout, dualMono = false): number[] {
  if (layout.length === 1) return [dualMono ? 2 : 1];
  const hasSides = SIDES.some((speaker) => layout.includes(speaker));
  return layout.map((speaker) => {
    if (speaker === 'LFE') return 0;
    const beside = SIDES.includes(speaker) || (!hasSides && BACKS.includes(speaker));
    return beside ? SIDE : 1;
  });
}
