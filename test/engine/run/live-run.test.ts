import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { streamSink } from '../../../src/engine/files/output-sink.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import type { RunControl, RunOptions } from '../../../src/engine/run/run-options.ts';
import { definePipeline } from '../../../src/graph/parse-pipeline.ts';
import { parseRawFormat } from '../../../src/io/sample-format.ts';
import type { LiveReadings, RunEvent } from '../../../src/monitor/monitored-run.ts';
import { noise16, wav16 } from '../wav-file.ts';

const RATE = 48000;

/** A sine of 1 kHz at -20 dBFS in both channels, with 44 bytes of header. */
const SINE = wav16(
  Int16Array.from({ length: 4 * RATE }, (_, i) =>
    Math.round(3276.8 * Math.sin((2 * Math.PI * 1000 * (i >> 1)) / RATE)),
  ),
);
const SECOND = 44 + 4 * RATE;

const CHAIN = definePipeline({
  stages: [
    { stage: 'loudness' },
    { stage: 'gain', gain: -6 },
    { stage: 'compressor', threshold: -40, ratio: 2, knee: 0 },
    { stage: 'loudness-normalize', target: -23, bypass: true },
    { stage: 'agc', target: -18, bypass: true },
    { stage: 'limiter', ceiling: -1.5 },
  ],
});

/** Runs a pipeline; `midway` is called after the first second, when its output is there. */
async function run(
  input: Buffer,
  options: Partial<RunOptions>,
  midway: (control: RunControl) => void = () => {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let control: RunControl | undefined;
  const output = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  async function* source(): AsyncGenerator<Buffer> {
    yield input.subarray(0, SECOND);
    while (Buffer.concat(pieces).length < SECOND / 2) await new Promise(setImmediate);
    midway(control!);
    yield input.subarray(SECOND);
  }
  await runPipeline({
    pipeline: CHAIN,
    input: Readable.from(source()),
    output: streamSink('out', output),
    onStart: (given) => {
      control = given;
    },
    ...options,
  });
  return Buffer.concat(pieces);
}

const spectrumAt = ({ spectrum }: LiveReadings, side: 'before' | 'after', freq: number): number =>
  spectrum[side][spectrum.freqs.indexOf(freq)];

describe('a metered run', () => {
  it.each(['reference', 'wasm'] as const)('changes no bit of the output (%s)', async (backend) => {
    const noise = wav16(noise16(4 * RATE));
    const plain = await run(noise, { backend });
    const metered = await run(noise, { backend, metered: true }, ({ live }) => live.readings());
    expect(metered.equals(plain)).toBe(true);
  });

  it('reads levels within 0.1 dB at each place: -20 in, -26 behind the gain, 3 + 14 / 2 less behind the compressor', async () => {
    let read: LiveReadings | null = null;
    await run(SINE, { metered: true }, ({ live }) => {
      read = live.readings();
    });
    const now = read! as LiveReadings;
    const stage = (id: string) => now.stages.find((one) => one.id === id)!;
    expect(now.input).toHaveLength(2);
    expect(now.input[0]).toBeCloseTo(-20, 1);
    expect(stage('loudness')).toMatchObject({ gains: {} });
    expect(stage('gain').level).toBeCloseTo(-26, 1);
    // 14 dB over the threshold at 2:1 leave 7 dB.
    expect(stage('compressor').gains.reduction[0]).toBeCloseTo(-7, 1);
    expect(stage('limiter').gains.reduction).toEqual([0]);
    expect(now.load).toBeGreaterThan(0);
    expect(now.latency).toBeGreaterThan(4);
    expect(now.frame).toBeGreaterThan(0);
  });

  it('reads third-octave levels in front and behind: -20 and -33 dB at 1 kHz within 0.5 dB, 40 dB less an octave off', async () => {
    let read: LiveReadings | null = null;
    await run(SINE, { metered: true }, ({ live }) => {
      read = live.readings();
    });
    const now = read! as LiveReadings;
    expect(spectrumAt(now, 'before', 1000)).toBeCloseTo(-20, 0);
    expect(spectrumAt(now, 'after', 1000)).toBeGreaterThan(-33.9);
    expect(spectrumAt(now, 'after', 1000)).toBeLessThan(-30);
    expect(spectrumAt(now, 'before', 2000)).toBeLessThan(-60);
  });

  it('forgets highest values with each reading, and gives none before there is audio or without meters', async () => {
    const seen: (LiveReadings | null)[] = [];
    await run(SINE, { metered: true }, ({ live }) => {
      live.readings();
      seen.push(live.readings());
    });
    expect(seen[0]!.input).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(seen[0]!.stages.every(({ level }) => level === Number.NEGATIVE_INFINITY)).toBe(true);
    await run(SINE, {}, ({ live }) => seen.push(live.readings()));
    expect(seen[1]).toBeNull();
  });

  it('shows what moves while it plays, the target of what is not bypassed, and a new version with each change', async () => {
    const events: RunEvent[] = [];
    await run(SINE, { metered: true, onEvent: (event) => events.push(event) }, ({ live }) => {
      const before = live.pipeline();
      expect(live.pipeline()).toBe(before);
      expect([before.target, before.ceiling]).toEqual([null, -1.5]);
      const controls = before.stages.flatMap((stage) => stage.controls);
      expect(controls.map(({ path }) => path)).toContain('compressor.threshold');
      expect(controls.map(({ path }) => path)).not.toContain('limiter.lookahead');
      live.set('limiter.ceiling', -3);
      const after = live.pipeline();
      expect([after.version, after.ceiling]).toEqual([before.version + 1, -3]);
      expect(() => live.set('limiter.ceiling', 3)).toThrow(/ceiling/);
    });
    expect(events.map(({ kind, text }) => [kind, text])).toEqual([['move', 'limiter.ceiling to -3']]);
    expect(events[0].frame).toBeGreaterThan(0);
  });

  it('shows the knobs of the pipeline where they stand, and turns all that they lead to', async () => {
    const to = [{ path: 'eq.bands.0.gain', range: [0, 6] }, { path: 'limiter.ceiling' }];
    const pipeline = definePipeline({
      parameters: {
        warmth: { min: 0, max: 10, description: 'how warm', to: [to[0]] },
        ceiling: { to: [to[1]] },
        lookahead: { to: [{ path: 'limiter.lookahead' }] },
      },
      stages: [{ stage: 'eq', bands: [{ type: 'lowshelf', freq: 120, gain: 1.5 }] }, { stage: 'limiter' }],
    });
    await run(SINE, { pipeline, metered: true }, ({ live }) => {
      const [warmth, ceiling, ...others] = live.pipeline().controls;
      expect(others).toEqual([]);
      expect(warmth).toMatchObject({
        path: 'warmth',
        min: 0,
        max: 10,
        value: 2.5,
        unit: '',
        meaning: 'how warm',
      });
      expect(ceiling).toMatchObject({ path: 'ceiling', min: -40, max: 0, value: -1, unit: 'dBTP' });
      live.set('warmth', 10);
      const { controls, stages } = live.pipeline();
      expect(controls[0].value).toBe(10);
      expect(stages[0].controls.find(({ path }) => path === 'eq.bands[0].gain')?.value).toBe(6);
    });
  });

  it('tells once a second at most that samples were replaced', async () => {
    const bad = new Float32Array(2 * RATE).fill(Number.NaN, RATE);
    const events: RunEvent[] = [];
    await runPipeline({
      pipeline: CHAIN,
      input: Readable.from([Buffer.from(bad.buffer)]),
      output: streamSink('out', new Writable({ write: (_piece, _encoding, done) => done() })),
      raw: parseRawFormat(`f32le:${RATE}:2`),
      onEvent: (event) => events.push(event),
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      kind: 'guard',
      text: expect.stringMatching(/^\d+ samples were not finite/),
    });
  });
});
