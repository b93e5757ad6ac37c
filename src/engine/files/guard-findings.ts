import { inputError } from '../../audio/errors.ts';
import type { AudioFormat } from '../../audio/format.ts';
import type { GuardReport } from '../../dsp/levels/guard.ts';

/** Channels that a line names one by one. */
const NAMED = 4;
const WHAT = 'not finite or above +60 dBFS';

/** That so many samples were replaced. */
export const replacedText = (samples: number): string =>
  `${samples === 1 ? '1 sample was' : `${samples} samples were`} ${WHAT} and became 0`;

const seconds = (frame: number, { sampleRate }: AudioFormat): string => (frame / sampleRate).toFixed(3);
const nameOf = (channel: number, { layout }: AudioFormat): string =>
  `channel ${channel + 1} (${layout[channel]})`;

/** What the guard has replaced, in one line: how many samples, in which channels, from when to when. */
export function describeReplaced({ replaced, channels }: GuardReport, format: AudioFormat): string {
  const places = channels.flatMap((found, c) => {
    if (found === null) return [];
    const [from, to] = [found.firstFrame, found.lastFrame].map((frame) => seconds(frame, format));
    const when = found.replaced === 1 ? `at ${from} s` : `from ${from} to ${to} s`;
    return [`${found.replaced} in ${nameOf(c, format)} ${when}`];
  });
  const more = places.length > NAMED ? [`and ${places.length - NAMED} channels more`] : [];
  return `${replacedText(replaced)}: ${[...places.slice(0, NAMED), ...more].join(', ')}`;
}

/** Throws an input error about the first sample that the guard has replaced, if any. */
export function refuseReplaced({ firstFrame, channels }: GuardReport, format: AudioFormat): void {
  if (firstFrame === null) return;
  const channel = channels.findIndex((found) => found?.firstFrame === firstFrame);
  const place = `frame ${firstFrame} (${seconds(firstFrame, format)} s), ${nameOf(channel, format)}`;
  throw inputError(`${place}: the sample is ${WHAT}, which --strict does not let pass`);
}
