import { beforeAll, describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { definePipeline, type LivePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { conformingStages } from '../support/conforming-stages.ts';
import { onKeptMemory } from '../support/kept-memory.ts';
import { changesOf, entriesOf, itemChangesOf } from '../support/other-settings.ts';
import { drain, feed, join } from '../support/render.ts';
import { above4k, peakDb } from '../support/residue.ts';
import { difference, type Signal, sine, slice } from '../support/signals.ts';

/** Stages whose own distortion of a tone, and not a click, stands above 4 kHz. */
const DISTORTING: readonly string[] = ['clipper', 'saturator'];

const FORMAT = audioFormat(48000, 2);
const CHANGE_AT = 24_000;
const FRAMES = 110_000;
const tone = sine(FORMAT, FRAMES, 1000, 10 ** (-12 / 20));

const run = (entries: object[], change?: (pipeline: LivePipeline) => void): Signal =>
  onKeptMemory('wasm', (memory) => {
    const spec = { format: FORMAT, maxFrames: 1024, memory };
    const pipeline = preparePipeline(definePipeline({ stages: entries }), spec);
    const before = feed(pipeline.run, slice(tone, 0, CHANGE_AT));
    change?.(pipeline);
    return [before, feed(pipeline.run, slice(tone, CHANGE_AT)), drain(pipeline.run)].reduce(join);
  });

const tested = conformingStages.filter(
  ([, { transparent, changesRate, name }]) => !transparent && !changesRate && !DISTORTING.includes(name),
);

describe.each(tested)('%s', (_name, stage) => {
  const entries = entriesOf(stage);
  let undisturbed: Signal;
  beforeAll(() => {
    undisturbed = run(entries);
  });
  const whole: [string, unknown, unknown][] =
    entries.length > 1
      ? []
      : [
          ['mix', 1, 0.4],
          ['bypass', false, true],
        ];

  it.each([...changesOf(stage), ...itemChangesOf(stage), ...whole])(
    'leaves at most -60 dBFS above 4 kHz of a -12 dBFS tone when %s goes from %j to %j',
    (parameter, _from, to) => {
      const changed = run(entries, (pipeline) => pipeline.set(`x.${parameter}`, to));
      expect(changed[0].length).toBe(FRAMES);
      // The first and the last tenth of a second hold the start and the end of the tone itself.
      const disturbed = difference(changed, undisturbed);
      expect(peakDb(above4k(slice(disturbed, 4800, FRAMES - 4800)))).toBeLessThan(-60);
    },
  );
});
