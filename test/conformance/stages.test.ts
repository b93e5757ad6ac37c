import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { KernelMemory } from '../../src/dsp/kernel-memory.ts';
import { changeParams } from '../../src/stages/change-params.ts';
import type { AnyStage } from '../../src/stages/define-stage.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { conformingStages } from '../support/conforming-stages.ts';
import { DirectStage, drain, feed, join, open, render } from '../support/render.ts';
import {
  difference,
  maxAbsDifference,
  noise,
  programme,
  rmsDb,
  type Signal,
  silence,
  slice,
} from '../support/signals.ts';
import { amount } from '../support/thorough.ts';

const STEREO = audioFormat(48000, 2);
const BACKENDS = ['reference', 'wasm'] as const;

/**
 * Lag, within +-range frames, at which b matches a best: the peak of their cross-correlation over 1000 frames at most,
 * where that of white noise is 30 times what it is at any other lag, in the mean.
 */
function lagOf(a: Float32Array, b: Float32Array, range: number): number {
  const end = Math.min(a.length - range, range + 1000);
  let best = Number.NEGATIVE_INFINITY;
  let bestLag = 0;
  for (let lag = -range; lag <= range; lag++) {
    let sum = 0;
    for (let i = range; i < end; i++) sum += a[i] * b[i + lag];
    if (sum > best) [best, bestLag] = [sum, lag];
  }
  return bestLag;
}

/** The parameters with every live number, also within lists, moved by a tenth towards 0. */
function nearby(stage: AnyStage, params: Record<string, unknown>): Record<string, unknown> {
  const moved = (value: unknown): unknown => {
    if (typeof value === 'number') return value * 0.9;
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, moved(one)]));
  };
  const isLive = (name: string): boolean => stage.params.shape[name].meta()?.change === 'live';
  const entries = Object.entries(params).map(([name, value]) => [name, isLive(name) ? moved(value) : value]);
  return changeParams(stage, params, Object.fromEntries(entries), stage.name).params;
}

// Two functions of one body: each stays fast because it sees one kind of array.
function subnormalsIn32(array: Float32Array): number {
  let count = 0;
  for (let i = 0; i < array.length; i++) {
    if (array[i] < 1.1754943508222875e-38 && array[i] > -1.1754943508222875e-38 && array[i] !== 0) count++;
  }
  return count;
}

function subnormalsIn64(array: Float64Array): number {
  let count = 0;
  for (let i = 0; i < array.length; i++) {
    if (array[i] < 2.2250738585072014e-308 && array[i] > -2.2250738585072014e-308 && array[i] !== 0) count++;
  }
  return count;
}

/** Arrays that a memory has handed out, for looking at state from outside. */
class WatchedMemory extends KernelMemory {
  readonly arrays: (Float32Array | Float64Array)[] = [];

  override f32(length: number): Float32Array {
    const array = super.f32(length);
    this.arrays.push(array);
    return array;
  }

  override f64(length: number): Float64Array {
    const array = super.f64(length);
    this.arrays.push(array);
    return array;
  }

  get subnormals(): number {
    return this.arrays.reduce(
      (count, array) =>
        count + (array instanceof Float32Array ? subnormalsIn32(array) : subnormalsIn64(array)),
      0,
    );
  }
}

// A stage that changes the rate breaks the promise of length by design; test/graph/rates.test.ts holds it to its own.
const keepingRate = conformingStages.filter(([, { changesRate }]) => !changesRate);

describe.each(keepingRate)('%s', (_name, stage) => {
  const { neutral, exercise } = stage;

  it.each(BACKENDS)('gives the same bits in any chunks, %s', (backend) => {
    const input = programme(2, 6000, 3);
    const whole = render(stage, exercise, STEREO, input, { backend, blockFrames: 16384 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 }), (chunks) => {
        const cut = render(stage, exercise, STEREO, input, { backend, blockFrames: 16384, chunks });
        expect(maxAbsDifference(whole, cut)).toBe(0);
      }),
      { numRuns: amount(6, 12) },
    );
  });

  it.each(BACKENDS)('gives the same bits in blocks of 1, 7, 64, 1024 and 16384 frames, %s', (backend) => {
    const input = programme(2, 20000, 4);
    for (const [whole, sizes] of [
      [input, [64, 1024]],
      [slice(input, 0, 5000), [1, 7]],
    ] as const) {
      const first = render(stage, exercise, STEREO, whole, { backend, blockFrames: 16384 });
      for (const blockFrames of sizes) {
        const other = render(stage, exercise, STEREO, whole, { backend, blockFrames });
        expect(maxAbsDifference(first, other)).toBe(0);
      }
    }
  });

  it('gives out as many frames as it takes, down to one', () => {
    for (const frames of [1, 2, 63, 64, 65, 5000]) {
      expect(render(stage, exercise, STEREO, noise(2, frames))[0].length).toBe(frames);
    }
  });

  it.each([8000, 44100, 48000, 96000, 192000])('is aligned to the sample at %i Hz', (sampleRate) => {
    const format = audioFormat(sampleRate, 2);
    const input = noise(2, 4000, 5, 0.25);
    const output = render(stage, neutral, format, input);
    expect(lagOf(input[0], output[0], 64)).toBe(0);
  });

  it('delays by the latency it declares', () => {
    for (const sampleRate of [8000, 48000, 96000]) {
      const format = audioFormat(sampleRate, 1);
      const { processor } = open(stage, neutral, format);
      const memory = new KernelMemory('wasm', 1 << 24);
      const maxFrames = 6000 + processor.latency;
      const direct = new DirectStage(stage, neutral, { format, maxFrames, memory });
      const input = noise(1, maxFrames, 6, 0.25);
      const output = direct.process(input)[0].subarray(processor.latency);
      expect(lagOf(input[0].subarray(0, output.length), output, 2000)).toBe(0);
    }
  });

  it.each([
    [1, 8000],
    [1, 44100],
    [6, 48000],
    [8, 96000],
    [2, 192000],
    [3, 22050],
  ])('gives the same bits in both backends with %i channels at %i Hz', (channels, sampleRate) => {
    const format = audioFormat(sampleRate, channels);
    const input = programme(channels, 5000, 7);
    const [reference, wasm] = BACKENDS.map((backend) => render(stage, exercise, format, input, { backend }));
    expect(maxAbsDifference(reference, wasm)).toBe(0);
  });

  it('changes the signal by more than -40 dB at its exercise settings, or is transparent to the bit', () => {
    const input = programme(2, 24000, 8);
    const output = render(stage, exercise, STEREO, input);
    const change = rmsDb(difference(output, input)) - rmsDb(input);
    if (stage.transparent) expect(change).toBe(Number.NEGATIVE_INFINITY);
    else expect(change).toBeGreaterThan(-40);
  });

  it('keeps silence silent', () => {
    const output = render(stage, exercise, STEREO, silence(2, 4800));
    expect(maxAbsDifference(output, silence(2, 4800))).toBe(0);
  });

  it.each([
    ['reference', amount(30, 120)],
    ['wasm', 120],
  ] as const)('holds no subnormal state after a burst, %s, through silence of %i s', (backend, seconds) => {
    const format = audioFormat(8000, 1);
    const memory = new WatchedMemory(backend, 1 << 24);
    const maxFrames = 4000;
    const direct = new DirectStage(stage, exercise, { format, maxFrames, memory });
    direct.pass(noise(1, maxFrames, 9));
    const pause = silence(1, maxFrames);
    let seen = 0;
    for (let block = 0; block < 2 * seconds; block++) {
      direct.pass(pause);
      // The output itself may fade through subnormals; what is carried on may not.
      direct.clearOutput();
      if (block % 8 === 7) seen += memory.subnormals;
    }
    expect(seen).toBe(0);
  });

  it.each(BACKENDS)(
    'gives finite samples for NaN, infinities and +-1000, or passes them untouched, %s',
    (backend) => {
      const input = programme(2, 12000, 10);
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1000, -1000, 3e38].forEach(
        (value, n) => {
          input[n % 2][1000 + 100 * n] = value;
        },
      );
      const output = render(stage, exercise, STEREO, input, { backend });
      if (stage.transparent) {
        expect(maxAbsDifference(output, input)).toBe(0);
        return;
      }
      expect(output.every((channel) => channel.every((value) => Number.isFinite(value)))).toBe(true);
      expect(rmsDb(slice(output, 11000))).toBeGreaterThan(-60);
    },
  );

  it.each(BACKENDS)('is after reset as when new, %s', (backend) => {
    const input = programme(2, 6000, 11);
    const memory = new KernelMemory(backend, 1 << 24);
    const direct = new DirectStage(stage, exercise, { format: STEREO, maxFrames: 6000, memory });
    const first = direct.process(input);
    direct.processor.reset();
    expect(maxAbsDifference(first, direct.process(input))).toBe(0);
  });

  it('continues from a snapshot at a random frame, in a glide too, as if undisturbed, from any backend to any', () => {
    const params = stageParams(stage, exercise as never) as Record<string, unknown>;
    const changed = nearby(stage, params);
    const start = (channels: number, backend: (typeof BACKENDS)[number]) =>
      open(stage, exercise, audioFormat(48000, channels), { backend });
    /** A run whose parameters have begun to glide after 1000 frames, and what it gave out before. */
    const gliding = (input: Signal, backend: (typeof BACKENDS)[number]) => {
      const opened = start(input.length, backend);
      const first = feed(opened.run, slice(input, 0, 1000));
      opened.processor.set(changed);
      return { ...opened, first };
    };
    const inputs = [1, 2, 3].map((channels) => programme(channels, 6000, 12));
    const undisturbed = inputs.map((input) => {
      const { run, first } = gliding(input, 'wasm');
      return [first, feed(run, slice(input, 1000)), drain(run)].reduce(join);
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1001, max: 5999 }),
        fc.constantFrom(1, 2, 3),
        fc.constantFrom(...BACKENDS),
        fc.constantFrom(...BACKENDS),
        (frame, channels, from, to) => {
          const input = inputs[channels - 1];
          const before = gliding(input, from);
          const head = join(before.first, feed(before.run, slice(input, 1000, frame)));
          const snapshot = structuredClone(before.processor.snapshot());
          const after = start(channels, to);
          // Brings the frame counts to the same place; the state it leaves is replaced.
          feed(after.run, silence(channels, frame));
          after.processor.restore(snapshot);
          const tail = join(feed(after.run, slice(input, frame)), drain(after.run));
          expect(maxAbsDifference(join(head, tail), undisturbed[channels - 1])).toBe(0);
        },
      ),
      { numRuns: amount(6, 12) },
    );
  });

  it('refuses a snapshot that does not fit, and is none the worse for it', () => {
    const input = programme(2, 3000, 15);
    const { run, processor } = open(stage, exercise, STEREO);
    const untouched = render(stage, exercise, STEREO, input);
    const { state, ...rest } = processor.snapshot();
    expect(() => processor.restore({ ...rest, state: new Uint8Array(state.length + 1) })).toThrow(
      'the snapshot has',
    );
    expect(() => processor.restore({ ...rest, stage: 'other', state })).toThrow('a snapshot of "other"');
    expect(maxAbsDifference(join(feed(run, input), drain(run)), untouched)).toBe(0);
  });

  it('gives the same bits in any blocks, on both backends, while its live parameters glide to new values', () => {
    const before = stageParams(stage, exercise as never) as Record<string, unknown>;
    const after = nearby(stage, before);
    const format = audioFormat(44100, 2);
    const input = programme(2, 9000, 14);
    const outputs = BACKENDS.flatMap((backend) =>
      [16384, 7, 1000].map((blockFrames) => {
        const { run, processor } = open(stage, exercise, format, { backend, blockFrames });
        const head = feed(run, slice(input, 0, 1001));
        processor.set(after);
        const middle = feed(run, slice(input, 1001, 2500));
        processor.set(before);
        return [head, middle, feed(run, slice(input, 2500)), drain(run)].reduce(join);
      }),
    );
    for (const output of outputs) expect(maxAbsDifference(output, outputs[0])).toBe(0);
  });

  it('allocates nothing that stays: the heap grows by less than 125 kB over 2000 blocks', () => {
    const { run } = open(stage, exercise, STEREO, { blockFrames: 128 });
    const input = noise(2, 128, 13);
    const settle = (blocks: number): number => {
      for (let block = 0; block < blocks; block++) {
        for (let n = 0; n < input.length; n++) run.input[n].set(input[n]);
        run.process(128);
      }
      collectGarbage();
      return process.memoryUsage().heapUsed + process.memoryUsage().external;
    };
    // What V8 compiles on the way stays once, what a block leaves behind each time: the smallest of the growths tells.
    let [kept, growth] = [settle(1000), Number.POSITIVE_INFINITY];
    for (let stretch = 0; stretch < 8 && growth >= 125e3; stretch++) {
      const before = kept;
      kept = settle(2000);
      growth = Math.min(growth, kept - before);
    }
    expect(growth).toBeLessThan(125e3);
  });
});
