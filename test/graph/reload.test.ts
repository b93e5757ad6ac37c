import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { automationChanges, entryOf, planMoves } from '../../src/graph/automation.ts';
import { carryOver } from '../../src/graph/carry-over.ts';
import { definePipeline, type LivePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { stageNamed } from '../../src/stages/registry.ts';
import { keptMemory } from '../support/collect-garbage.ts';
import { drain, feed, join } from '../support/render.ts';
import { above4k, peakDb } from '../support/residue.ts';
import { maxAbsDifference, programme, type Signal, sine, slice } from '../support/signals.ts';

const FORMAT = audioFormat(48000, 2);

/** A pipeline of stages that don't distort a tone, whose every live parameter can take two values. */
const STAGES: { stage: string; [name: string]: unknown }[] = [
  { stage: 'highpass', freq: 30 },
  { stage: 'eq', bands: [{ freq: 400, gain: 3, q: 1 }] },
  { stage: 'compressor', threshold: -24, ratio: 2, attack: 20, release: 200 },
  { stage: 'gain', gain: -6 },
  { stage: 'limiter', ceiling: -1 },
];

/** Other values of every parameter of a stage that glides. */
const OTHERS: Record<string, Record<string, unknown>> = {
  highpass: { freq: 45 },
  eq: { bands: [{ freq: 600, gain: -3, q: 0.7 }] },
  compressor: {
    threshold: -30,
    ratio: 3,
    knee: 12,
    range: 20,
    attack: 40,
    hold: 5,
    release: 400,
    makeup: 2,
    window: 20,
    keyHighpass: 60,
    keyLowpass: 9000,
  },
  gain: { gain: -9 },
  limiter: { ceiling: -2, release: 200, link: 0.8 },
};

/** Names of the parameters of a stage that glide. */
const liveNames = (stage: string): string[] =>
  Object.entries((stageNamed(stage)?.params.shape ?? {}) as Record<string, z.ZodType>)
    .filter(([, schema]) => schema.meta()?.change === 'live')
    .map(([name]) => name);

const TOPOLOGIES = [
  STAGES,
  [STAGES[1], { stage: 'gain', gain: -3 }, STAGES[4]],
  [
    STAGES[0],
    { stage: 'crossover', id: 'bands', freqs: [300] },
    { stage: 'compressor', id: 'low', input: 'bands.low', threshold: -20 },
    { stage: 'mix', input: ['low', 'bands.high'] },
    { ...STAGES[4], lookahead: 8 },
  ],
];

function live(changes: object[] = [], log: object[] = [], maxFrames = 1024): LivePipeline {
  const definition = definePipeline({ stages: STAGES });
  return onKernelMemory('wasm', (memory) =>
    preparePipeline(definition, {
      format: FORMAT,
      maxFrames,
      memory,
      changes: automationChanges(definition, planMoves(changes, 'moves'), FORMAT.sampleRate),
      onChange: (change) => log.push(entryOf(change)),
    }),
  );
}

/** Changes for a run: every live parameter there and back in turns, and a topology now and then. */
function changesAt(turn: number): (pipeline: LivePipeline) => void {
  if (turn % 10 === 9) {
    return (p) =>
      p.replace(definePipeline({ stages: TOPOLOGIES[Math.floor(turn / 10 + 1) % TOPOLOGIES.length] }));
  }
  return (p) => {
    const settings = p.definition.entries.flatMap(({ id, definition, params }) =>
      Object.entries((STAGES.some(({ stage }) => stage === id) && OTHERS[definition.name]) || {}).map(
        ([name, to]) => ({ id, name, to, params, definition }),
      ),
    );
    const { id, name, to, params, definition } = settings[turn % settings.length];
    const first = definition.params.parse(withoutStage(STAGES.find(({ stage }) => stage === id)));
    const isThere = JSON.stringify(params[name]) === JSON.stringify(first[name]);
    p.set(`${id}.${name}`, isThere ? to : first[name]);
  };
}

const withoutStage = ({ stage: _, ...settings }: (typeof STAGES)[number] = { stage: '' }): object => settings;

describe('200 changes during one run', () => {
  it('names every parameter that glides', () => {
    for (const { stage } of STAGES) {
      const missing = liveNames(stage).filter((name) => !(name in OTHERS[stage]));
      expect(missing.filter((name) => !['design', 'adaptiveRelease'].includes(name))).toEqual([]);
    }
  });

  it('leave at most -60 dBFS above 4 kHz of a -12 dBFS tone, lose no frame, and are replayed to the bit', () => {
    const spacing = 5333;
    const input = sine(FORMAT, 202 * spacing, 1000, 10 ** (-12 / 20));
    const log: object[] = [];
    const pipeline = live([], log);
    let memory = 0;
    const pieces: Signal[] = [];
    for (let turn = 0; turn < 200; turn++) {
      pieces.push(feed(pipeline.run, slice(input, turn * spacing, (turn + 1) * spacing)));
      changesAt(turn)(pipeline);
      if (turn === 60) memory = keptMemory();
    }
    pieces.push(feed(pipeline.run, slice(input, 200 * spacing)), drain(pipeline.run));
    const grown = keptMemory() - memory;
    const output = input.map((_, n) => Float32Array.from(pieces.flatMap((piece) => [...piece[n]])));
    expect(output[0].length).toBe(input[0].length);
    expect(peakDb(above4k(output), 4800)).toBeLessThan(-60);
    expect(log).toHaveLength(200);
    expect(grown / 2 ** 20).toBeLessThan(100);
    const replayed = live(log, [], 700);
    expect(maxAbsDifference(join(feed(replayed.run, input, [999, 5000]), drain(replayed.run)), output)).toBe(
      0,
    );
  });
});

describe('a reload', () => {
  it('of a file that did not change is a no-op, bit for bit, also after a parameter was moved by hand', () => {
    const input = programme(2, 100_000, 4);
    const file = definePipeline({ stages: STAGES });
    const through = (reload: boolean): Signal => {
      const pipeline = live();
      const first = feed(pipeline.run, slice(input, 0, 20_000));
      pipeline.set('gain.gain', -2);
      const second = feed(pipeline.run, slice(input, 20_000, 50_000));
      if (reload) pipeline.replace(carryOver(file, definePipeline({ stages: STAGES }), pipeline.definition));
      return [first, second, feed(pipeline.run, slice(input, 50_000)), drain(pipeline.run)].reduce(join);
    };
    expect(maxAbsDifference(through(true), through(false))).toBe(0);
  });

  it('takes what the file changed and leaves what was moved by hand', () => {
    const before = definePipeline({ stages: STAGES });
    const now = definePipeline({
      stages: STAGES.map((one) => (one.stage === 'limiter' ? { ...one, ceiling: -3 } : one)),
    });
    const pipeline = live();
    pipeline.set('gain.gain', -2);
    const { entries } = carryOver(before, now, pipeline.definition);
    expect(entries.map(({ params }) => params.gain ?? params.ceiling)).toEqual([
      undefined,
      undefined,
      undefined,
      -2,
      -3,
    ]);
  });

  it('is refused at once when a stage can not take this audio, and what plays plays on', () => {
    const surround = audioFormat(48000, 6);
    const pipeline = onKernelMemory('wasm', (memory) =>
      preparePipeline(definePipeline({ stages: STAGES }), { format: surround, maxFrames: 512, memory }),
    );
    const input = programme(6, 4000, 1);
    const first = feed(pipeline.run, input);
    expect(() => pipeline.set('eq.bands[0].channels', 'left')).toThrow('the audio has 6 channels');
    expect(first[0].length + feed(pipeline.run, input)[0].length + drain(pipeline.run)[0].length).toBe(8000);
  });
});
