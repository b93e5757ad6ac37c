import { describe, expect, it } from 'vitest';
import { readGenres, readPreset } from '../../src/engine/pipelines/mastering-files.ts';
import { shippedPresets } from '../../src/engine/pipelines/shipped-targets.ts';
import { contentProfile, type MeasuredContent } from '../../src/mastering/content-profile.ts';
import { decisionLine, decisionSentence } from '../../src/mastering/decision.ts';
import { estimateGenre } from '../../src/mastering/genre-estimate.ts';
import { parsePreset } from '../../src/mastering/mastering-target.ts';
import { ruleCompression, ruleCurve, ruleLoudness, ruleWidth } from '../../src/mastering/rules.ts';

const USUAL: MeasuredContent = {
  seconds: 180,
  channels: 2,
  loudness: -18,
  range: 6,
  samplePeak: 0,
  noiseFloor: -40,
  bark: Array(25).fill(-30),
  centroid: 2000,
  rolloff: 5000,
  flatness: 0.1,
  zeroCrossingRate: 3000,
  tempo: 120,
  width: 0.15,
  correlation: 0.7,
};
const content = (changed: Partial<MeasuredContent> = {}) => contentProfile({ ...USUAL, ...changed });
const aim = { preset: await readPreset('adaptive'), mode: 'adaptive', reference: null, amount: 1 } as const;

describe('compression', () => {
  it('spares dynamic and quiet material: half of the ratio above 1', () => {
    const usual = ruleCompression(content(), aim);
    const dynamic = ruleCompression(content({ range: 15 }), aim);
    expect(usual.rule).toBe('compress-crest');
    expect(dynamic.rule).toBe('spare-dynamics');
    expect((dynamic.value.ratio - 1) / (usual.value.ratio - 1)).toBeCloseTo(0.5, 9);
  });

  it('leaves dense material at 1:1', () => {
    expect(ruleCompression(content({ samplePeak: -10 }), aim)).toMatchObject({
      rule: 'leave-dense-alone',
      value: { ratio: 1 },
    });
  });

  it('never exceeds the ratio of the preset, whatever the crest', () => {
    for (let loudness = -60; loudness < 0; loudness++) {
      const { ratio } = ruleCompression(content({ loudness }), aim).value;
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThanOrEqual(aim.preset.ratio.value);
    }
  });
});

describe('width', () => {
  it('widens what is narrow by 25 % at most, narrows what is wide by 15 % at most', () => {
    expect(ruleWidth(content({ width: 0.01 }), aim)).toMatchObject({ rule: 'widen-narrow', value: 1.25 });
    expect(ruleWidth(content({ width: 0.9 }), aim)).toMatchObject({ rule: 'narrow-wide', value: 0.85 });
  });

  it('goes exactly to the bound where that is near: 0.035 to 0.04', () => {
    const factor = ruleWidth(content({ width: 0.035 }), aim).value;
    const side = factor ** 2 * 0.035;
    expect(side / (side + 1 - 0.035)).toBeCloseTo(0.04, 9);
  });

  it.each([
    ['mono', { width: 0 }, 'no-side'],
    ['5.1', { channels: 6 }, 'width-is-for-two'],
    ['one-sided stereo', { width: 0.5 }, 'unrelated-channels'],
    ['usual stereo', {}, 'keep-width'],
  ] as const)('leaves %s alone', (_name, changed, rule) => {
    expect(ruleWidth(content(changed), aim)).toMatchObject({ rule, value: 1 });
  });
});

describe('targets', () => {
  it('are 8 presets and 10 genres, each number with a reason', async () => {
    const presets = await Promise.all(shippedPresets.names.map(readPreset));
    expect(presets.map(({ name }) => name)).toEqual(
      ['adaptive', 'bright', 'broadcast', 'gentle', 'live', 'podcast', 'punchy', 'warm'], // biome-ignore format: one line
    );
    expect((await readGenres()).map(({ name }) => name)).toEqual(
      ['ambient', 'classical', 'country', 'electronic', 'hip-hop', 'jazz', 'metal', 'pop', 'rock', 'speech'], // biome-ignore format: one line
    );
    const numbers = presets
      .flatMap((preset) => Object.values(preset).flat())
      .filter((one) => typeof one === 'object');
    expect(numbers.every((one) => 'reason' in (one as object))).toBe(true);
  });

  it("name what is wrong with a preset of one's own, and where", () => {
    expect(() => parsePreset('{"loudness": {"value": 3, "reason": "loud"}}', 'mine.json')).toThrow(
      /^mine\.json: .*loudness/m,
    );
  });

  it('take the loudness of a reference within -31 to -8 LUFS', () => {
    const reference = { loudness: -3, recordings: 1, programme: Array(25).fill(0) } as never;
    expect(ruleLoudness({ ...aim, mode: 'reference', reference }).value).toBe(-8);
    expect(ruleLoudness({ ...aim, mode: 'hybrid', reference }).value).toBe(-11);
  });
});

describe('the content', () => {
  it('is silence without loudness, or below 20 Hz; speech with breath, no side, no deep bass, no beat and a middle at 2 kHz', () => {
    expect(content({ loudness: null }).kind).toBe('silence');
    expect(content({ rolloff: 11 }).kind).toBe('silence');
    // Men's voices keep most of their fundamentals between 100 and 200 Hz.
    const bark = USUAL.bark!.map((level, n) => (n < 1 ? -60 : level));
    const voice = { noiseFloor: -25, width: 0, bark, tempo: null };
    expect(content(voice).kind).toBe('speech');
    for (const other of [
      { tempo: 90 },
      { noiseFloor: -19 },
      { bark: USUAL.bark },
      { width: 0.1 },
      { centroid: 4000 },
    ]) {
      expect(content({ ...voice, ...other }).kind).toBe('music');
    }
  });

  it('leans to a genre by half of its confidence at most', async () => {
    const guess = estimateGenre(content(), await readGenres())!;
    expect(guess.confidence).toBeGreaterThan(0);
    const own = ruleCurve(aim, null).value;
    const { value, measured } = ruleCurve(aim, guess);
    expect(measured.share).toBeCloseTo(guess.confidence / 2, 9);
    expect(value).not.toEqual(own);
  });
});

it('a decision is one JSON line, and one sentence with its figures and its rule', () => {
  const decision = {
    time: 12, rule: 'widen-narrow', stage: 'stereo', parameter: 'width', from: 1, to: 1.02,
    measured: { width: 0.03 }, because: 'it is narrow, and widened with care',
  }; // biome-ignore format: one record
  expect(JSON.parse(decisionLine(decision))).toEqual(decision);
  expect(decisionSentence(decision)).toBe(
    'at 12.0 s: stereo.width 1 -> 1.02, because it is narrow, and widened with care (rule widen-narrow; width 0.03)',
  );
});
