import { dbToGain, powerToDb } from '../dsp/elementary.ts';
import type { Controller, ControllerMove } from '../stages/controller.ts';
import type { Readings } from '../stages/define-stage.ts';
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
import { RunningContent } from './running-content.ts';
import { COMPRESSOR } from './two-pass.ts';

/** Seconds from one decision to the next, and of sound that there must be for the first. */
const INTERVAL = 1;
const LEAST_SECONDS = 3;
/** Intervals from one look at the genre to the next, and dB by which a band of the curve must differ for a move. */
const GENRE_INTERVALS = 10;
const CURVE_STEP = 0.5;
/** Farthest and smallest move of each parameter in an interval. */
const STEPS = { threshold: [1, 0.5], ratio: [0.1, 0.02], width: [0.02, 0.01], target: [0.3, 0.05] } as const;
/** Time constant, in intervals, of the loudness before and after the limiter; most that is made up for, in dB. */
const LOSS_MEMORY = 8;
const MOST_LOSS = 4;
/** Loudness under the aim, in LU, at which an interval says nothing of the limiter. */
const LOSS_GATE = 12;
/** Bounds of the gain towards the loudness in dB, window of the loudness and of the balance in ms. */
export const MOST_GAIN = 30;
const LOUDNESS_WINDOW = 10000;
const BALANCE_WINDOW = 10000;

interface OnePassOptions {
  readonly aim: Aim;
  readonly genres: readonly Genre[];
  readonly sampleRate: number;
  readonly channels: number;
  readonly onDecision: (decision: Decision) => void;
}

/** The stages that a stream is mastered with in one pass, as a pipeline: ears first, loudness and ceiling last. */
export function onePassPipeline(aim: Aim, lookahead: number): object {
  return {
    name: 'master',
    stages: [
      { id: 'heard', stage: 'loudness', truePeak: false },
      { stage: 'spectrum', interval: 1000 * INTERVAL },
      {
        id: 'eq',
        stage: 'psychoacoustic-eq',
        target: ruleCurve(aim, null).value,
        amount: 100 * aim.amount,
        window: BALANCE_WINDOW,
        ...bandLimits(aim),
      },
      { stage: 'compressor', threshold: 0, ratio: 1, ...COMPRESSOR },
      { stage: 'stereo' },
      {
        id: 'normalize',
        stage: 'loudness-normalize',
        target: ruleLoudness(aim).value,
        ceiling: aim.preset.ceiling.value,
        minGain: -MOST_GAIN,
        maxGain: MOST_GAIN,
        window: LOUDNESS_WINDOW,
        lookahead,
      },
      { id: 'made', stage: 'loudness', truePeak: false },
    ],
  };
}

/** Listens to a stream through the stages of `onePassPipeline` and moves their parameters, once a second, by the rules. */
export class OnePassController implements Controller {
  readonly intervalFrames: number;
  readonly #options: OnePassOptions;
  readonly #content: RunningContent;
  /** Where each parameter stands. */
  readonly #standing: { threshold: number; ratio: number; width: number; target: number };
  #curve: readonly number[];
  #looks = 0;
  #toldTooLittle = false;
  /** Running power before and after the limiter; looks that counted. */
  #before = 0;
  #after = 0;
  #compared = 0;

  constructor(options: OnePassOptions) {
    this.#options = options;
    this.intervalFrames = Math.round(INTERVAL * options.sampleRate);
    this.#content = new RunningContent(options.channels);
    this.#curve = ruleCurve(options.aim, null).value;
    this.#standing = { threshold: 0, ratio: 1, width: 1, target: ruleLoudness(options.aim).value };
  }

  step(
    { heard, spectrum, normalize, made }: Readonly<Record<string, Readings>>,
    frame: number,
  ): readonly ControllerMove[] {
    const { aim, sampleRate } = this.#options;
    const time = frame / sampleRate;
    const content = this.#content.take(spectrum, heard);
    if (content.kind === 'silence' || this.#content.heard < LEAST_SECONDS) {
      this.#tellTooLittle(time, { loudness: content.loudness, seconds: content.seconds });
      return [];
    }
    this.#looks += 1;
    const moves: ControllerMove[] = [];
    if (this.#looks % GENRE_INTERVALS === 0) moves.push(...this.#moveCurve(time, content));
    const { value, ...why } = ruleCompression(content, aim);
    if (value.ratio > 1)
      moves.push(...this.#glide('compressor', 'threshold', time, { ...why, value: value.threshold }));
    moves.push(...this.#glide('compressor', 'ratio', time, { ...why, value: value.ratio }));
    moves.push(...this.#glide('stereo', 'width', time, ruleWidth(content, aim)));
    const loss = this.#ruleLoss(normalize, made);
    if (loss !== null) moves.push(...this.#glide('normalize', 'target', time, loss));
    return moves;
  }

  /** To be called when the stream has ended, `seconds` after its start: says so where nothing could be decided. */
  end(seconds: number): void {
    if (this.#looks === 0) this.#tellTooLittle(seconds, { seconds });
  }

  /** Told once. */
  #tellTooLittle(time: number, measured: Decision['measured']): void {
    if (this.#toldTooLittle) return;
    this.#toldTooLittle = true;
    this.#options.onDecision({
      time,
      rule: 'too-little',
      stage: null,
      parameter: null,
      from: null,
      to: null,
      measured,
      because: `there is too little to decide on before ${LEAST_SECONDS} s of sound were heard`,
    });
  }

  #moveCurve(time: number, content: ContentProfile): readonly ControllerMove[] {
    const { aim, genres } = this.#options;
    const ruling = ruleCurve(aim, estimateGenre(content, genres));
    const from = this.#curve;
    if (ruling.value.every((level, n) => Math.abs(level - from[n]) < CURVE_STEP)) return [];
    this.#curve = ruling.value;
    this.#tell(time, 'eq', 'target', from, ruling);
    return [{ set: 'eq.target', to: ruling.value }];
  }

  /** One step of a parameter towards what a rule wants, where it is worth one. */
  #glide(
    stage: string,
    parameter: keyof typeof STEPS,
    time: number,
    ruling: Ruling<number>,
  ): readonly ControllerMove[] {
    const [most, least] = STEPS[parameter];
    const from = this.#standing[parameter];
    const way = ruling.value - from;
    // A parameter that says nothing yet (a compressor at 1:1) is put where it belongs at once.
    const silent = parameter === 'threshold' && this.#standing.ratio === 1;
    if (Math.abs(way) < least) return [];
    const to = silent ? ruling.value : from + Math.max(-most, Math.min(most, way));
    this.#standing[parameter] = to;
    this.#tell(time, stage, parameter, from, { ...ruling, value: to });
    return [{ set: `${stage}.${parameter}`, to }];
  }

  /** Rule for the loudness: what the limiter takes off is aimed higher; null before it is known. */
  #ruleLoss({ loudness, gain }: Readings, { shortTerm }: Readings): Ruling<number> | null {
    const aimed = ruleLoudness(this.#options.aim);
    const before = (loudness as number) + (gain as number);
    if (!((shortTerm as number) > aimed.value - LOSS_GATE) || !(before > aimed.value - LOSS_GATE))
      return null;
    this.#compared += 1;
    const weight = Math.max(1 / LOSS_MEMORY, 1 / this.#compared);
    this.#before += weight * (powerOf(before) - this.#before);
    this.#after += weight * (powerOf(shortTerm as number) - this.#after);
    const lost = powerToDb(this.#before / this.#after);
    return {
      rule: 'make-up-for-limiting',
      value: aimed.value + Math.max(0, Math.min(MOST_LOSS, lost)),
      measured: { lost, aimed: aimed.value },
      because: 'the limiter makes the programme quieter by that much',
    };
  }

  #tell(time: number, stage: string, parameter: string, from: unknown, ruling: Ruling<unknown>): void {
    const { rule, value, measured, because } = ruling;
    this.#options.onDecision({ time, rule, stage, parameter, from, to: value, measured, because });
  }
}

const powerOf = (db: number): number => dbToGain(db) * dbToGain(db);
