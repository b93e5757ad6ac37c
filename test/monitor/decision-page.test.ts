import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readDecisions } from '../../src/engine/run/decision-file.ts';
import { timelineChart } from '../../src/monitor/decision-charts.ts';
import { decisionPage } from '../../src/monitor/decision-page.ts';
import { episodesOf } from '../../src/monitor/decision-story.ts';

const decision = (time: number, parameter: string, from: unknown, to: unknown, rule = 'a-rule') => ({
  time,
  rule,
  stage: 'comp',
  parameter,
  from,
  to,
  measured: { crest: 17.256 },
  because: 'peaks <stand> out',
});
const figures = (loudness: number) => ({
  loudness,
  range: 5,
  rms: loudness,
  samplePeak: -1,
  truePeak: -1,
  crest: 12,
  octaves: { freqs: [500, 1000], levels: [-20, null] },
  thirdOctaves: { freqs: [800, 1000, 1250], levels: [-20, -22, null] },
});
const LOG = [
  decision(0, 'threshold', null, -10),
  decision(3, 'ratio', 1, 1.1),
  decision(4, 'ratio', 1.1, 1.2),
  decision(5, 'ratio', 1.2, 1.3),
  decision(20, 'ratio', 1.3, 1.2),
  ...Array.from({ length: 30 }, (_, n) => ({ type: 'loudness', time: n + 1, before: n < 2 ? null : -20, after: n < 2 ? null : -14 })),
  { type: 'programme', before: figures(-20), after: figures(-14), correlation: 0.93 },
]; // biome-ignore format: a line a line
const read = (lines: readonly object[], tail = '') =>
  readDecisions('why.jsonl', Readable.from([lines.map((line) => JSON.stringify(line)).join('\n') + tail]));

describe('a decision log', () => {
  it('of 5 decisions makes 3 episodes: steps of one rule at most 2 s apart are one', async () => {
    const { decisions, duration, loudness } = await read(LOG);
    expect(duration).toBe(30);
    expect(loudness.at(-1)).toEqual([30, -20, -14]);
    expect(
      episodesOf(decisions).map(({ time, end, from, to, steps }) => [time, end, from, to, steps]),
    ).toEqual([
      [0, 0, null, -10, 1],
      [3, 5, 1, 1.3, 3],
      [20, 20, 1.3, 1.2, 1],
    ]);
  });

  it('is a page without a script that loads nothing, with every reason and figure escaped', async () => {
    const page = decisionPage(await read(LOG), '1.2.3');
    expect(page).toContain('peaks &lt;stand&gt; out');
    expect(page).toContain('1 → 1.3 in 3 steps');
    expect(page).toContain('crest 17.26');
    expect(page.match(/<figure /g)?.length).toBe(3);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  it('draws a lane for what moves, none for what stands from the start', async () => {
    const story = await read(LOG);
    const { option } = timelineChart(story, episodesOf(story.decisions));
    expect((option.series as { name: string }[]).map(({ name }) => name)).toEqual([
      'before',
      'after',
      'comp.ratio',
    ]);
  });

  it('that ends before the programme is still a page, and says so', async () => {
    const page = decisionPage(await read(LOG.slice(0, 5)), '1');
    expect(page).toContain('The log holds no loudness. It ends before the programme did');
  });

  it.each([
    ['\nwords', 'why.jsonl:37: not JSON'],
    ['\n{"time":1}', 'why.jsonl:37: is no line of a decision log'],
  ])('with %j at its end is refused: %s', async (tail, message) => {
    await expect(read(LOG, tail)).rejects.toThrow(message);
  });
});
