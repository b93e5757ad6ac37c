import * as z from 'zod';
import { dbToPower, powerToDb } from '../dsp/elementary.ts';
import type { Controller, ControllerDefinition, Decided, Standing } from '../stages/controller.ts';
import type { Readings } from '../stages/define-stage.ts';
import { described, number } from '../stages/parameters.ts';
import type { ContentProfile } from './content-profile.ts';
import { estimateGenre } from './genre-estimate.ts';
import { type Genre, presetSchema } from './mastering-target.ts';
import { referenceSchema } from './reference-profile.ts';
import {
  type Aim,
  bandLimits,
  MODES,
  type Ruling,
  ruleCompression,
  ruleCurve,
  ruleLoudness,
  ruleWidth,
} from './rules.ts';
import { type ContentSnapshot, RunningContent } from './running-content.ts';

/** Seconds from one decision to the next, and of sound that there must be for the first. */
const INTERVAL = 1;
const LEAST_SECONDS = 3;
/** Intervals from one look at the genre to the next, and dB by which a band of the curve must differ for a move. */
const GENRE_INTERVALS = 10;
const CURVE_STEP = 0.5;
/** Farthest and smallest move of each parameter in an interval. */
const STEPS = { threshold: [1, 0.5], ratio: [0.1, 0.02], width: [0.02, 0.01], target: [0.3, 0.05] } as const;
/** Time constant, in intervals, of the loudness of what went out; dB that the aim moves for each that it is off, and at most. */
const OUTPUT_MEMORY = 60;
const OUTPUT_WEIGHT = 4;
const MOST_CORRECTION = 4;
/** Loudness under the aim, in LU, at which an interval does not count: about the relative gate of BS.1770. */
const OUTPUT_GATE = 12;

const params = z
  .strictObject({
    preset: described(presetSchema, 'what to aim at', 'live'),
    reference: described(referenceSchema.optional(), 'sound like this: a profile of recordings', 'live'),
    mode: described(
      z.enum(MODES).optional(),
      'aim at the preset, the reference, or half way between; the reference where there is one',
      'live',
    ),
    amount: number({
      min: 0,
      max: 100,
      default: 100,
      unit: '%',
      doc: 'how far balance, dynamics and width go; loudness and ceiling hold at any',
    }),
  })
  .refine(({ mode = 'adaptive', reference }) => mode === 'adaptive' || reference !== undefined, {
    path: ['mode'],
    message: 'needs a reference',
  });

/** What the parameters say that is aimed at. */
function aimOf({ preset, reference, mode, amount }: z.output<typeof params>): Aim {
  const wanted = mode ?? (reference === undefined ? 'adaptive' : 'reference');
  return {
    preset,
    mode: wanted,
    reference: wanted === 'adaptive' ? null : (reference ?? null),
    amount: amount / 100,
  };
}

/** All that the controller remembers, as plain data. */
interface AdaptiveSnapshot {
  readonly content: ContentSnapshot;
  readonly looks: number;
  readonly output: readonly [power: number, counted: number];
}

/** Listens to a stream and moves the stages that master it, once a second, by the rules. */
class AdaptiveController implements Controller {
  readonly #aim: Aim;
  /** LUFS. */
  readonly #loudness: number;
  readonly #genres: readonly Genre[];
  readonly #content: RunningContent;
  #looks = 0;
  /** Running power of what went out; looks that counted. */
  #output = 0;
  #counted = 0;

  constructor(aim: Aim, genres: readonly Genre[], channels: number) {
    this.#aim = aim;
    this.#loudness = ruleLoudness(aim).value;
    this.#genres = genres;
    this.#content = new RunningContent(channels);
  }

  first({ eq, normalize }: Standing): readonly Decided[] {
    const [curve, loudness] = [ruleCurve(this.#aim, null), ruleLoudness(this.#aim)];
    const begun: Decided[] = [
      {
        rule: 'too-little',
        stage: null,
        parameter: null,
        from: null,
        to: null,
        measured: { seconds: 0 },
        because: `there is too little to decide on before ${LEAST_SECONDS} s of sound were heard`,
      },
    ];
    // Where the pipeline file says otherwise, no rule has.
    if (curve.value.join() === (eq?.target as readonly number[] | undefined)?.join()) {
      begun.push(decided('eq', 'target', null, curve));
    }
    if (normalize?.target === loudness.value) begun.push(decided('normalize', 'target', null, loudness));
    return begun;
  }

  step(meters: (role: string) => Readings | null, standing: Standing): readonly Decided[] {
    const spectrum = meters('spectrum')!;
    const loudness = meters('loudness')!;
    this.#content.take(spectrum);
    const content = this.#content.heardFigures(loudness);
    if (content.silent || this.#content.heard < LEAST_SECONDS) return [];
    this.#looks += 1;
    const { eq, compressor, stereo, normalize } = standing;
    const moves: (Decided | null)[] = [];
    if (eq && this.#looks % GENRE_INTERVALS === 0) {
      moves.push(this.#moveCurve(this.#content.profile(spectrum, loudness), eq));
    }
    if (compressor) {
      const ruling = ruleCompression(content, this.#aim);
      const { ratio, threshold } = ruling.value;
      // A compressor at 1:1 says nothing yet: its threshold is put where it belongs at once.
      const atOnce = compressor.ratio === 1;
      const wanted = ratio > 1 ? threshold : (compressor.threshold as number);
      moves.push(glide('compressor', 'threshold', compressor, ruling, wanted, atOnce));
      moves.push(glide('compressor', 'ratio', compressor, ruling, ratio));
    }
    if (stereo) {
      const ruling = ruleWidth(content, this.#aim);
      moves.push(glide('stereo', 'width', stereo, ruling, ruling.value));
    }
    const made = meters('output');
    const aim = normalize && made && this.#ruleTarget(made);
    if (aim) moves.push(glide('normalize', 'target', normalize, aim, aim.value));
    return moves.filter((move) => move !== null);
  }

  snapshot(): AdaptiveSnapshot {
    return {
      content: this.#content.snapshot(),
      looks: this.#looks,
      output: [this.#output, this.#counted],
    };
  }

  restore({ content, looks, output }: AdaptiveSnapshot): void {
    this.#content.restore(content);
    this.#looks = looks;
    [this.#output, this.#counted] = output;
  }

  #moveCurve(content: ContentProfile, eq: Standing[string]): Decided | null {
    const ruling = ruleCurve(this.#aim, estimateGenre(content, this.#genres));
    const from = eq.target as readonly number[] | undefined;
    if (from && ruling.value.every((level, n) => Math.abs(level - from[n]) < CURVE_STEP)) return null;
    return decided('eq', 'target', from ?? null, ruling);
  }

  /**
   * Rule for the loudness: where limiting makes what goes out quieter than aimed, or dynamics that a gain can't follow make it
   * louder, the aim moves the other way; null before anything is known.
   */
  #ruleTarget({ shortTerm }: Readings): Ruling<number> | null {
    const aimed = this.#loudness;
    if (!((shortTerm as number) > aimed - OUTPUT_GATE)) return null;
    this.#counted += 1;
    const weight = Math.max(1 / OUTPUT_MEMORY, 1 / this.#counted);
    this.#output += weight * (dbToPower(shortTerm as number) - this.#output);
    const output = powerToDb(this.#output);
    const correction = OUTPUT_WEIGHT * (aimed - output);
    return {
      rule: 'keep-to-loudness',
      value: aimed + Math.max(-MOST_CORRECTION, Math.min(MOST_CORRECTION, correction)),
      measured: { output, aimed },
      because:
        correction > 0
          ? 'the last minute went out quieter than aimed, so the aim lies above it'
          : 'the last minute went out louder than aimed, so the aim lies below it',
    };
  }
}

/** One step of a parameter towards what a rule wants, where it is worth one. */
function glide(
  stage: string,
  parameter: keyof typeof STEPS,
  values: Standing[string],
  ruling: Ruling<unknown>,
  wanted: number,
  atOnce = false,
): Decided | null {
  const [most, least] = STEPS[parameter];
  const from = values[parameter] as number;
  const way = wanted - from;
  if (Math.abs(way) < least) return null;
  const to = atOnce ? wanted : from + Math.max(-most, Math.min(most, way));
  return decided(stage, parameter, from, ruling, to);
}

function decided(
  stage: string,
  parameter: string,
  from: unknown,
  { rule, value, measured, because }: Ruling<unknown>,
  to = value,
): Decided {
  return { rule, stage, parameter, from, to, measured, because };
}

/** The controller `adaptive`; `genres` gives what it knows of genres, and is asked when one is prepared. */
export const adaptiveController = (genres: () => readonly Genre[]): ControllerDefinition<typeof params> => ({
  name: 'adaptive',
  summary:
    'Listens to the content and moves balance, compression, width and loudness towards a preset or a reference',
  params,
  interval: INTERVAL,
  hears: {
    loudness: { stage: 'loudness', doc: 'loudness, range and peak of what comes in' },
    spectrum: {
      stage: 'spectrum',
      doc: 'balance, features, width and tempo of what comes in',
      needs: { interval: 1000 * INTERVAL, bands: true },
    },
    output: {
      stage: 'loudness',
      doc: 'loudness of what goes out: without it nothing makes up for limiting',
      optional: true,
    },
  },
  drives: {
    eq: { stage: 'psychoacoustic-eq', doc: 'the tonal balance', moves: ['target'] },
    compressor: { stage: 'compressor', doc: 'the dynamics', moves: ['threshold', 'ratio'] },
    stereo: { stage: 'stereo', doc: 'the width', moves: ['width'] },
    normalize: { stage: 'loudness-normalize', doc: 'the loudness', moves: ['target'] },
  },
  settings: (given) => {
    const aim = aimOf(given);
    return {
      eq: { target: ruleCurve(aim, null).value, amount: 100 * aim.amount, ...bandLimits(aim) },
      compressor: { threshold: 0, ratio: 1 },
      normalize: { target: ruleLoudness(aim).value, ceiling: aim.preset.ceiling.value },
    };
  },
  prepare: ({ channels }, given) => new AdaptiveController(aimOf(given), genres(), channels),
});
