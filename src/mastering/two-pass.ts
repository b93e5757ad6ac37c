import { balanceGains } from './balance-gains.ts';
import type { ContentProfile } from './content-profile.ts';
import type { Decision } from './decision.ts';
import { estimateGenre } from './genre-estimate.ts';
import type { Genre } from './mastering-target.ts';
import {
  type Aim,
  bandLimits,
  type Ruling,
  ruleCompression,
  ruleCurve,
  ruleLoudness,
  ruleWidth,
} from './rules.ts';

/** Fewest audible critical bands that a balance can be judged by: a tone has one or two. */
const LEAST_BANDS = 4;
/** Largest gain in dB under which a balance is right as it is. */
const BALANCED = 0.5;
/** Attack, release and knee of the compressor: slow enough for whole phrases, soft enough not to be heard. */
export const COMPRESSOR = { attack: 20, release: 250, knee: 9, detection: 'rms', window: 20 } as const;

/** What a whole programme is to go through before its gain is set. */
export interface TwoPassPlan {
  /** Stages of a pipeline, without gain and limiter. */
  readonly stages: readonly object[];
  /** LUFS; null where there is too little to decide on. */
  readonly loudness: number | null;
  /** The curve aimed at: dB per octave against pink noise, one a critical band. */
  readonly curve: readonly number[];
  readonly decisions: readonly Decision[];
}

/** Decides on a programme that is known as a whole. */
export function planTwoPass(
  content: ContentProfile,
  aim: Aim,
  { genres, sampleRate }: { readonly genres: readonly Genre[]; readonly sampleRate: number },
): TwoPassPlan {
  const curve = ruleCurve(aim, estimateGenre(content, genres));
  if (content.kind === 'silence') {
    const { loudness, seconds } = content;
    const because = 'there is too little to decide on: silence, or nothing that is heard for 400 ms';
    const ruling = { rule: 'too-little', value: null, measured: { loudness, seconds }, because };
    return { stages: [], loudness: null, curve: curve.value, decisions: [nothing(ruling)] };
  }
  const balance = ruleBalance(content, aim, curve, sampleRate);
  const compression = ruleCompression(content, aim);
  const width = ruleWidth(content, aim);
  const loudness = ruleLoudness(aim);
  const stages: object[] = [];
  const decisions: Decision[] = [];
  if (balance.value === null) decisions.push(nothing(balance));
  else {
    stages.push({ id: 'eq', stage: 'psychoacoustic-eq', gains: balance.value });
    decisions.push(decided('eq', 'gains', 0, balance));
  }
  if (compression.value.ratio === 1) decisions.push(nothing(compression));
  else {
    stages.push({ stage: 'compressor', ...compression.value, ...COMPRESSOR });
    for (const parameter of ['threshold', 'ratio'] as const) {
      const { value, ...why } = compression;
      decisions.push(decided('compressor', parameter, null, { ...why, value: value[parameter] }));
    }
  }
  if (width.value === 1) decisions.push(nothing(width));
  else {
    stages.push({ stage: 'stereo', width: width.value });
    decisions.push(decided('stereo', 'width', 1, width));
  }
  return { stages, loudness: loudness.value, curve: curve.value, decisions };
}

/** Gains of the critical bands, or null where none should move. */
function ruleBalance(
  { bark }: ContentProfile,
  aim: Aim,
  curve: Ruling<readonly number[]>,
  sampleRate: number,
): Ruling<readonly number[] | null> {
  const { amount } = aim;
  const found = balanceGains(bark!, { sampleRate, curve: curve.value, amount, ...bandLimits(aim) });
  const largest = Math.max(...found.gains.map(Math.abs));
  const measured = { ...curve.measured, audibleBands: found.audible, largest };
  if (found.audible < LEAST_BANDS) {
    const because = 'there is too little to decide on: a tone has no balance';
    return { rule: 'too-few-bands', value: null, measured, because };
  }
  if (largest < BALANCED) {
    return { rule: 'balanced-already', value: null, measured, because: 'it has the curve that is aimed at' };
  }
  return { ...curve, value: found.gains, measured };
}

const decided = (stage: string, parameter: string, from: unknown, ruling: Ruling<unknown>): Decision => {
  const { rule, value, measured, because } = ruling;
  return { time: 0, rule, stage, parameter, from, to: value, measured, because };
};

const nothing = ({ rule, measured, because }: Ruling<unknown>): Decision => ({
  time: 0,
  rule,
  stage: null,
  parameter: null,
  from: null,
  to: null,
  measured,
  because,
});
