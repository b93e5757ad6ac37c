import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { onKernelMemory } from '../../../src/dsp/kernel-memory.ts';
import { type StageListener, shieldStage } from '../../../src/engine/air/stage-shield.ts';
import { streamSink } from '../../../src/engine/files/output-sink.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import { definePipeline } from '../../../src/graph/parse-pipeline.ts';
import { type StageIO, StageProcessor } from '../../../src/stages/define-stage.ts';
import { maxAbsDifference } from '../../support/signals.ts';
import { noise16, wav16 } from '../wav-file.ts';

const RATE = 48000;

/** Halves what comes in, 100 frames late, and fails where it is told to. */
class Faulty extends StageProcessor {
  override readonly latency = 100;
  readonly #held: Float32Array;
  readonly #fault: (frame: number) => 'nan' | 'throw' | null;
  #frame = 0;
  resets = 0;

  constructor(fault: (frame: number) => 'nan' | 'throw' | null) {
    const spec = { format: audioFormat(RATE, 1), maxFrames: 4096 };
    super(
      'faulty',
      onKernelMemory('reference', (memory) => ({ ...spec, memory })),
      {},
    );
    this.#held = this.state.f32(100);
    this.#fault = fault;
  }

  protected override configure(): void {}

  override reset(): void {
    this.resets++;
    super.reset();
  }

  override process({ main }: StageIO, frames: number): void {
    for (let i = 0; i < frames; i++) {
      const fault = this.#fault(this.#frame);
      if (fault === 'throw') {
        this.#frame += frames - i;
        throw new Error('no more');
      }
      const at = this.#frame++ % 100;
      const out = this.#held[at] / 2;
      this.#held[at] = main[0][i];
      main[0][i] = fault === 'nan' ? Number.NaN : out;
    }
  }
}

const tone = Float32Array.from({ length: 4 * RATE }, (_, i) => 0.5 * Math.sin((2 * Math.PI * i) / 480));

function render(processor: Faulty, blockFrames: number) {
  const told: Parameters<StageListener>[] = [];
  shieldStage('faulty', processor, (...what) => told.push(what));
  const output = tone.slice();
  for (let at = 0; at < output.length; at += blockFrames) {
    const block = output.subarray(at, at + blockFrames);
    processor.process({ main: [block], key: null, outputs: [] }, block.length);
  }
  return { output, told };
}

const largestStep = (samples: Float32Array): number =>
  samples.reduce((top, value, i) => (i === 0 ? 0 : Math.max(top, Math.abs(value - samples[i - 1]))), 0);

describe('a stage that fails', () => {
  it.each(['nan', 'throw'] as const)(
    'by %s is passed by without a step, its latency kept, and heard again after 2.05 s',
    (kind) => {
      const processor = new Faulty((frame) => (frame === 24_000 ? kind : null));
      const { output, told } = render(processor, 480);
      expect(told.map(([id, failure]) => [id, failure === null])).toEqual([
        ['faulty', false],
        ['faulty', true],
      ]);
      expect(processor.resets).toBe(1);
      // The tone's own largest step is 0.0066; evening out a step of at most 0.25 over 960 frames adds 0.0003.
      expect(largestStep(output)).toBeLessThan(0.0075);
      const at = 24_000 + 2000;
      expect(output[at]).toBe(tone[at - 100]);
      const restored = 24_000 + 48_000 + 48_000 + 2400;
      expect(output[restored + 1000]).toBeCloseTo(tone[restored + 1000 - 100] / 2, 6);
      expect(output.every((one) => Number.isFinite(one))).toBe(true);
    },
  );

  it.each([1, 7, 997, 4096])('by NaN gives the same bytes in blocks of %i frames', (blockFrames) => {
    const fault = (frame: number) => (frame === 24_001 ? ('nan' as const) : null);
    const one = render(new Faulty(fault), 480).output;
    expect(maxAbsDifference([render(new Faulty(fault), blockFrames).output], [one])).toBe(0);
  });

  it('again and again is tried after 1, 2 and 4 s', () => {
    let trials = 0;
    const processor = new Faulty((frame) => (frame >= 24_000 ? 'nan' : null));
    const reset = processor.reset.bind(processor);
    processor.reset = () => {
      trials++;
      reset();
    };
    const { told } = render(processor, 480);
    expect(told.length).toBe(1);
    // In 3.5 s after the failure: at 1 s and at 3 s.
    expect(trials).toBe(2);
  });
});

it('changes no byte of a run in which no stage fails', async () => {
  const pipeline = definePipeline({
    stages: [{ stage: 'eq', bands: [{ type: 'peaking', freq: 900, gain: 4 }] }, { stage: 'limiter' }],
  });
  const bytes = async (shielded: boolean): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    const output = new Writable({
      write: (chunk, _, done) => {
        pieces.push(Buffer.from(chunk));
        done();
      },
    });
    await runPipeline({
      pipeline,
      input: Readable.from([wav16(noise16(40_000))]),
      output: streamSink('out', output),
      ...(shielded ? { onStage: () => {} } : {}),
    });
    return Buffer.concat(pieces);
  };
  expect((await bytes(true)).equals(await bytes(false))).toBe(true);
});
