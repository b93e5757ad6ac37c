import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { automationChanges, entryOf, planMoves } from '../../src/graph/automation.ts';
import { carryOver } from '../../src/graph/carry-over.ts';
import {
  definePipeline,
  type LivePipeline,
  type PipelineRegistry,
  preparePipeline,
} from '../../src/graph/pipeline.ts';
import type { AnyController, Decision } from '../../src/stages/controller.ts';
import { drain, feed, join } from '../support/render.ts';
import { maxAbsDifference, noise, programme, type Signal } from '../support/signals.ts';

const FORMAT = audioFormat(8000, 2);

/** Every 0.1 s it turns a gain to 20 dB under what it heard last, in words of its own roles. */
const ducker: AnyController = {
  name: 'ducker',
  summary: 'turns down what is loud',
  interval: 0.1,
  params: z.strictObject({ depth: z.number().min(0).max(40).default(20) }),
  hears: { level: { stage: 'analyzer', doc: 'level', needs: { interval: 100 } } },
  drives: { gain: { stage: 'gain', doc: 'gain', moves: ['gain'] } },
  settings: () => ({ gain: { gain: -1 } }),
  prepare: (_format, { depth }) => ({
    first: () => [],
    snapshot: () => null,
    restore: () => {},
    step: (meters, { gain }) => {
      const level = meters('level')!.rms as number;
      const to = Number.isFinite(level) ? Math.max(-60, Math.min(0, level - depth)) : 0;
      const why = { rule: 'duck', measured: { level }, because: 'it is loud' };
      return [{ ...why, stage: 'gain', parameter: 'gain', from: gain.gain, to }];
    },
  }),
};

const NAMED = { of: 'gain', parameter: 'gain', doc: 'a word', names: () => ['soft'] };
const registry: PipelineRegistry = {
  controllers: [ducker],
  named: [
    {
      ...NAMED,
      resolve: (name) => {
        if (name === 'soft') return -12;
        throw new Error(`no gain "${name}"`);
      },
    },
  ],
};

const STAGES = [
  { stage: 'analyzer', id: 'ear', interval: 100, spectrum: false },
  { stage: 'eq', bands: [{ freq: 400, gain: 3 }] },
  { stage: 'gain', id: 'hand' },
];
const CONTROLLERS = [{ controller: 'ducker', hears: { level: 'ear' }, drives: { gain: 'hand' } }];
const FILE = { stages: STAGES, controllers: CONTROLLERS };
const define = (value: object) => definePipeline(value, 'x.json', registry);

interface Played {
  readonly output: Signal;
  readonly decisions: Decision[];
  readonly notes: object[];
  readonly live: LivePipeline;
}

/** Plays a file, or what `start` makes of it, in some blocks and chunks; `acts` happen when so many frames are in. */
function play(
  file: object,
  input: Signal,
  {
    maxFrames = 512,
    chunks,
    changes = [],
    acts = {},
  }: {
    maxFrames?: number;
    chunks?: readonly number[];
    changes?: readonly object[];
    acts?: Record<number, (live: LivePipeline) => void>;
  } = {},
): Played {
  const definition = define(file);
  const [decisions, notes]: [Decision[], object[]] = [[], []];
  const live = onKernelMemory('wasm', (memory) =>
    preparePipeline(definition, {
      format: FORMAT,
      maxFrames,
      memory,
      changes: automationChanges(definition, planMoves(changes, 'moves'), FORMAT.sampleRate),
      onChange: (change) => notes.push(entryOf(change)),
      onDecision: (decision) => decisions.push(decision),
    }),
  );
  const at = Object.keys(acts).map(Number);
  const pieces: Signal[] = [];
  let from = 0;
  for (const to of [...at, input[0].length]) {
    pieces.push(
      feed(
        live.run,
        input.map((x) => x.subarray(from, to)),
        chunks,
      ),
    );
    from = to;
    acts[to]?.(live);
  }
  return { output: join(pieces.reduce(join), drain(live.run)), decisions, notes, live };
}

const INPUT = programme(2, 8000, 3);

describe('a controller in a pipeline', () => {
  it('moves what it drives every 800 frames, 20 dB under what it heard, and says so by the ids of the file', () => {
    const { decisions, notes } = play(FILE, INPUT);
    expect(decisions.map(({ time }) => time)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(decisions[0]).toMatchObject({ stage: 'hand', parameter: 'gain', from: -1, rule: 'duck' });
    for (const [n, { to, measured }] of decisions.entries()) {
      expect(to).toBeCloseTo((measured.level as number) - 20, 9);
      expect(notes[n]).toEqual({ frame: 800 * (n + 1), set: 'hand.gain', to });
      if (n > 0) expect(decisions[n].from).toBe(decisions[n - 1].to);
    }
  });

  it('gives the same bytes and decisions however 8000 frames are cut into blocks and chunks', () => {
    const whole = play(FILE, INPUT);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.array(fc.integer({ min: 1, max: 2500 }), { minLength: 1, maxLength: 5 }),
        (maxFrames, chunks) => {
          const cut = play(FILE, INPUT, { maxFrames, chunks });
          expect(maxAbsDifference(cut.output, whole.output)).toBe(0);
          expect(cut.decisions).toEqual(whole.decisions);
          expect(cut.notes).toEqual(whole.notes);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives the same bytes when its own report is replayed beside a hand that moved what it drives', () => {
    const acts = {
      1000: (live: LivePipeline) => live.set('hand.gain', -30),
      2000: (live: LivePipeline) => live.set('eq.bands[0].gain', -6),
      4000: (live: LivePipeline) => live.set('ducker.depth', 6),
    };
    const hand = play(FILE, INPUT, { acts });
    const replay = play(FILE, INPUT, { changes: hand.notes, maxFrames: 97 });
    expect(maxAbsDifference(replay.output, hand.output)).toBe(0);
    expect(replay.decisions).toEqual(hand.decisions);
    expect(hand.decisions.at(-1)!.to).toBeCloseTo((hand.decisions.at(-1)!.measured.level as number) - 6, 9);
  });

  it('goes on where it stands when its file is read again, bit for bit', () => {
    const file = define(FILE);
    const acts = {
      3333: (live: LivePipeline) => live.replace(carryOver(file, define(FILE), live.definition)),
    };
    const [plain, again] = [play(FILE, INPUT), play(FILE, INPUT, { acts })];
    expect(maxAbsDifference(again.output, plain.output)).toBe(0);
    expect(again.decisions).toEqual(plain.decisions);
  });

  it('gives way to another pipeline that has none, and begins in one that has', () => {
    const long = programme(2, 24000, 4);
    const without = { stages: [{ stage: 'gain', gain: -3 }] };
    const acts = {
      4000: (live: LivePipeline) => live.replace(define(without)),
      14000: (live: LivePipeline) => live.replace(define(FILE)),
    };
    const { decisions, notes, output } = play(FILE, long, { acts });
    const times = decisions.map(({ time }) => time);
    expect(times.filter((time) => time > 0.51 && time < 1.75)).toEqual([]);
    expect(times.filter((time) => time > 1.75).length).toBeGreaterThan(8);
    const replay = play(FILE, long, { changes: notes, maxFrames: 333 });
    expect(maxAbsDifference(replay.output, output)).toBe(0);
  });

  it('begins anew, and the gain with it, where the stages do', () => {
    const definition = define(FILE);
    const decisions: Decision[] = [];
    const live = onKernelMemory('wasm', (memory) =>
      preparePipeline(definition, {
        format: FORMAT,
        maxFrames: 800,
        memory,
        onDecision: (decision) => decisions.push(decision),
      }),
    );
    const track = noise(2, 2000, 2);
    const first = join(feed(live.run, track), drain(live.run));
    live.beginAnew();
    const second = feed(live.run, track);
    expect(
      maxAbsDifference(
        second,
        first.map((x) => x.subarray(0, second[0].length)),
      ),
    ).toBe(0);
    expect(decisions.map(({ time, from }) => [time, from]).filter(([, from]) => from === -1)).toEqual([
      [0.1, -1],
      [0.35, -1],
    ]);
  });

  it('drives a stage of the part it stands in, and says so by its full id', () => {
    const part = { where: 'part.json', path: '/part.json', text: JSON.stringify(FILE) };
    const definition = (value: object) =>
      import('../../src/graph/pipeline.ts').then(({ checkPipeline }) =>
        checkPipeline(value, { where: 'x', path: null, parts: () => part, registry }),
      );
    return definition({ stages: [{ use: 'p/part.json', id: 'voice' }] }).then(({ controllers }) =>
      expect(controllers).toMatchObject([
        { id: 'voice.ducker', hears: { level: 'voice.ear' }, drives: { gain: 'voice.hand' } },
      ]),
    );
  });
});

describe('what a file leaves to a controller', () => {
  it('is -1 dB where the file says nothing, and what the file says where it does', () => {
    const gainOf = (stage: object) =>
      define({ ...FILE, stages: [STAGES[0], { ...STAGES[2], ...stage }] }).entries[1].params.gain;
    expect(gainOf({})).toBe(-1);
    expect(gainOf({ gain: -7 })).toBe(-7);
  });

  it('may have a name for its value', () => {
    expect(define({ stages: [{ stage: 'gain', gain: 'soft' }] }).entries[0].params.gain).toBe(-12);
  });

  it.each([
    [{ controller: 'duker' }, 'x.json: controllers[0].controller: no controller is called "duker", did you mean "ducker"?'],
    [{ ...CONTROLLERS[0], depth: 50 }, 'x.json: controllers[0].depth: 50 is out of range, allowed is 0 to 40'],
    [{ ...CONTROLLERS[0], dept: 5 }, 'x.json: controllers[0]: unknown "dept", did you mean "depth"?'],
    [{ ...CONTROLLERS[0], id: 'ear' }, 'x.json: controllers[0].id: "ear" is taken by stages[0]'],
    [{ ...CONTROLLERS[0], hears: {} }, 'x.json: controllers[0].hears: missing "level", the id of a "analyzer": level'],
    [{ ...CONTROLLERS[0], hears: { level: 'er' } }, 'x.json: controllers[0].hears.level: no entry is called "er", did you mean "ear"?'],
    [{ ...CONTROLLERS[0], drives: { gian: 'hand' } }, 'x.json: controllers[0].drives.gian: "ducker" has no such role, did you mean "gain"?'],
    [{ ...CONTROLLERS[0], drives: { gain: 'ear' } }, 'x.json: controllers[0].drives.gain: "ear" is the stage "analyzer", expected a "gain"'],
    [{ ...CONTROLLERS[0], drives: {} }, 'x.json: controllers[0].drives: names no stage, expected one or more of gain'],
  ])('%j is refused: %s', (controller, message) => {
    expect(() => define({ stages: STAGES, controllers: [controller] })).toThrow(message);
  }); // biome-ignore format: a line a case

  it.each([
    [{ stages: [{ ...STAGES[0], interval: 50 }, STAGES[2]], controllers: CONTROLLERS }, 'x.json: controllers[0].hears.level: needs "ear" with interval 100, found 50'],
    [{ ...FILE, controllers: [CONTROLLERS[0], CONTROLLERS[0]] }, 'x.json: controllers[1].drives.gain: controllers[0] moves "hand.gain" already'],
    [{ stages: [{ stage: 'gain', gain: 'loud' }] }, 'x.json: stages[0].gain: no gain "loud"'],
  ])('%j is refused: %s', (file, message) => {
    expect(() => define(file)).toThrow(message);
  }); // biome-ignore format: a line a case
});
