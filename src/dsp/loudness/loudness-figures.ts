import type { AudioFormat } from '../../audio/format.ts';
import type { LoudnessMeter } from './loudness-meter.ts';

/**
 * What a meter reads, each figure when it is asked for: momentary and short-term loudness now, all else since the start; LUFS,
 * the range in LU, peaks in dBTP and dBFS, of the highest channel and of each. `position` gives the frame.
 */
export function loudnessFigures(
  meter: LoudnessMeter,
  { sampleRate, layout }: AudioFormat,
  truePeaks: boolean,
  position: () => number,
) {
  return {
    get frame() {
      return position();
    },
    get seconds() {
      return position() / sampleRate;
    },
    get momentary() {
      return meter.momentary;
    },
    get shortTerm() {
      return meter.shortTerm;
    },
    get integrated() {
      return meter.integrated;
    },
    get range() {
      return meter.range;
    },
    get momentaryMax() {
      return meter.momentaryMax;
    },
    get shortTermMax() {
      return meter.shortTermMax;
    },
    get truePeak() {
      return truePeaks ? meter.highestTruePeak : null;
    },
    get samplePeak() {
      return meter.highestSamplePeak;
    },
    get channels() {
      return layout.map((name, channel) => ({
        name,
        truePeak: truePeaks ? meter.truePeak(channel) : null,
        samplePeak: meter.samplePeak(channel),
      }));
    },
  };
}
