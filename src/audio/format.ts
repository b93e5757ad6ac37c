/**
 * A loudspeaker position by its usual short name; `-` is a channel without one.
 * Order and bits are those of `dwChannelMask` in WAVEFORMATEXTENSIBLE (Microsoft, ksmedia.h).
 */
const SPEAKERS = [
  'FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'FLC', 'FRC', 'BC', 'SL', 'SR',
  'TC', 'TFL', 'TFC', 'TFR', 'TBL', 'TBC', 'TBR',
] as const; // biome-ignore format: one table
export type Speaker = (typeof SPEAKERS)[number] | '-';

/** Speaker of each channel, in channel order. */
export type ChannelLayout = readonly Speaker[];

/** What a stream of audio is: rate in Hz, number of channels, and where each channel plays. */
export interface AudioFormat {
  readonly sampleRate: number;
  readonly channels: number;
  readonly layout: ChannelLayout;
}

/** Layouts by the names they go by; one for each number of channels up to 8. */
export const LAYOUTS = {
  mono: ['FC'],
  stereo: ['FL', 'FR'],
  '3.0': ['FL', 'FR', 'FC'],
  quad: ['FL', 'FR', 'BL', 'BR'],
  '5.0': ['FL', 'FR', 'FC', 'BL', 'BR'],
  '5.1': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'],
  '6.1': ['FL', 'FR', 'FC', 'LFE', 'BC', 'SL', 'SR'],
  '7.1': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'],
} as const satisfies Readonly<Record<string, ChannelLayout>>;

const DEFAULT_LAYOUTS: readonly ChannelLayout[] = Object.values(LAYOUTS);

/** The layout that a plain WAV of so many channels has by custom; more than 8 have no positions. */
export function defaultLayout(channels: number): ChannelLayout {
  const known = DEFAULT_LAYOUTS.find(({ length }) => length === channels);
  return known ?? Array.from({ length: channels }, () => '-' as const);
}

/** Layout for a WAVE channel mask; channels beyond the mask's bits have no position. 0 means the default layout. */
export function layoutFromMask(mask: number, channels: number): ChannelLayout {
  if (mask === 0) return defaultLayout(channels);
  const named = SPEAKERS.filter((_, bit) => (mask >>> bit) & 1).slice(0, channels);
  return [...named, ...Array.from({ length: channels - named.length }, () => '-' as const)];
}

/** WAVE channel mask of a layout; a layout that no mask can say (out of order, unplaced) gives 0. */
export function maskFromLayout(layout: ChannelLayout): number {
  let mask = 0;
  let last = -1;
  for (const speaker of layout) {
    const bit = speaker === '-' ? -1 : SPEAKERS.indexOf(speaker);
    if (bit <= last) return 0;
    mask |= 1 << bit;
    last = bit;
  }
  return mask;
}

/** A format with the default layout unless one is given. */
export function audioFormat(sampleRate: number, channels: number, layout?: ChannelLayout): AudioFormat {
  return { sampleRate, channels, layout: layout ?? defaultLayout(channels) };
}

/** Whether two formats are the same to a stage: rate, channel count and positions. */
export function sameFormat(a: AudioFormat, b: AudioFormat): boolean {
  return (
    a.sampleRate === b.sampleRate &&
    a.channels === b.channels &&
    a.layout.every((speaker, channel) => speaker === b.layout[channel])
  );
}

/** An audio format, or one that has been through JSON. */
interface FormatInWords {
  readonly sampleRate: number;
  readonly channels: number;
  readonly layout: readonly string[];
}

/** Channels in words: `2 channels (FL FR)`, `1 channel (FC)`, and `12 channels` where none has a place. */
export function describeChannels({ channels, layout }: Omit<FormatInWords, 'sampleRate'>): string {
  const placed = layout.some((speaker) => speaker !== '-');
  return `${channels} ${channels === 1 ? 'channel' : 'channels'}${placed ? ` (${layout.join(' ')})` : ''}`;
}

/** A format in words: `48000 Hz, 2 channels (FL FR)`. */
export function describeFormat(format: FormatInWords): string {
  return `${format.sampleRate} Hz, ${describeChannels(format)}`;
}

/** Channels of left and right, or null for a layout that lacks one of them. */
export function stereoPair({ layout }: AudioFormat): readonly [number, number] | null {
  const [left, right] = [layout.indexOf('FL'), layout.indexOf('FR')];
  return left < 0 || right < 0 ? null : [left, right];
}
