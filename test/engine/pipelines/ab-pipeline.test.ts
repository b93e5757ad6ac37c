import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { demoPiece } from '../../../src/demo/demo-piece.ts';
import { readAbPipeline } from '../../../src/engine/pipelines/ab-pipeline.ts';
import { readPipelineFile } from '../../../src/engine/pipelines/pipeline-files.ts';
import { pipelineView } from '../../../src/engine/pipelines/pipeline-view.ts';
import { withSettings } from '../../../src/graph/pipeline.ts';
import { prepareGraph, runGraph } from '../../support/graph.ts';
import { loudnessFrom } from '../../support/loudness-from.ts';
import { feed } from '../../support/render.ts';
import { maxAbsDifference, type Signal } from '../../support/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-ab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FORMAT = audioFormat(44100, 2);
const SECONDS = 30;

/** The demo, without the end that dies away. */
function music(): Signal {
  const signal = [0, 1].map(() => new Float32Array(SECONDS * FORMAT.sampleRate));
  for (const { start, frames, channels } of demoPiece({ seconds: SECONDS + 2 })) {
    const room = Math.min(frames, signal[0].length - start);
    if (room <= 0) break;
    for (const [n, channel] of signal.entries()) channel.set(channels[n].subarray(0, room), start);
  }
  return signal;
}

describe('two pipelines side by side', () => {
  const input = music();

  it('give the first to the bit, and after 30 s the second within 0.1 LU of it', async () => {
    const [a, b] = await Promise.all(
      ['mastering', 'gentle'].map(
        async (name) => runGraph(await readPipelineFile(name), [input], { format: FORMAT }).main,
      ),
    );
    const graph = prepareGraph(await readAbPipeline('mastering', 'gentle'), { format: FORMAT });
    const heard = feed(graph.run, input);
    expect(
      maxAbsDifference(
        heard,
        a.map((channel) => channel.subarray(0, heard[0].length)),
      ),
    ).toBe(0);
    const { gain } = graph.meters().ab as { gain: number };
    const matched = (await loudnessFrom(b, 0)) + gain - (await loudnessFrom(a, 0));
    expect(Math.abs(matched)).toBeLessThan(0.1);
    expect(Math.abs(gain)).toBeGreaterThan(1);
  });

  it('have the parameters of both by a and b, and knobs for the switch', async () => {
    const pair = withSettings(await readAbPipeline('onair', 'podcast'), ['a.target=-18', 'ab.position=b']);
    expect(pair.entries.find(({ id }) => id === 'a.level')?.params.target).toBe(-18);
    const { stages } = pipelineView(pair, 1);
    const controls = stages.find(({ id }) => id === 'ab')?.controls;
    expect(controls?.map(({ path, kind, value }) => [path, kind, value])).toEqual([
      ['ab.position', 'choice', 'b'],
      ['ab.match', 'flag', true],
      ['ab.trim', 'number', 0],
    ]);
  });

  it('may lie in two folders, and the second names its parts as by itself', async () => {
    const [first, second] = ['a.json', 'b.json'].map((name) => join(mkdtempSync(join(folder, 'x')), name));
    writeFileSync(first, '{"stages":[{"stage":"gain"}]}');
    writeFileSync(second, '{"stages":[{"use":"part.json"}]}');
    writeFileSync(join(second, '..', 'part.json'), '{"stages":[{"stage":"limiter"}]}');
    const { entries } = await readAbPipeline(first, second);
    expect(entries.map(({ id }) => id)).toEqual(['a.gain', 'b.part.limiter', 'ab']);
  });

  it.each([
    ['{"inputs":["x","y"],"stages":[{"stage":"mix","input":["x","y"]}]}', 'has the inputs x, y'],
    ['{"stages":[{"stage":"gain"}],"outputs":{"main":"gain","dry":"in"}}', 'has the outputs main, dry'],
    ['{"stages":[],"timeZone":"UTC","schedule":[{"at":"06:00","use":"gentle"}]}', 'has a schedule'],
    ['{"stages":[{"stage":"gain"}],"automation":[{"at":0,"set":"gain.gain","to":-3}]}', 'has automation'],
  ])('are refused where one of them is %s', async (text, words) => {
    const path = join(folder, 'other.json');
    writeFileSync(path, text);
    await expect(readAbPipeline('gentle', path)).rejects.toThrow(
      `${path}: ${words}, which none of a pair can have`,
    );
  });
});
