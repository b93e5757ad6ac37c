import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { analyze, openFile } from '../../../src/engine/analysis/analyze.ts';
import { fileSink } from '../../../src/engine/files/output-sink.ts';
import { type GainPlan, planGain } from '../../../src/engine/passes/plan-gain.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import { noise, programme, type Signal, silence, sine } from '../../support/signals.ts';
import { noise16, wav16 } from '../wav-file.ts';
import { floatWav } from '../wav-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-gain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 16000;
const STEREO = audioFormat(RATE, 2);

let files = 0;
function saved(bytes: Buffer): string {
  const path = join(folder, `${files++}.wav`);
  writeFileSync(path, bytes);
  return path;
}

const joined = (...signals: Signal[]): Signal =>
  signals[0].map((_, c) => Float32Array.from(signals.flatMap((signal) => [...signal[c]])));

const scaled = (signal: Signal, gain: number): Signal =>
  signal.map((channel) => channel.map((x) => gain * x));

/** Loudness and true peak of what a plan makes of a file. */
async function rendered(
  input: string,
  { pipeline }: GainPlan,
): Promise<{ integrated: number; truePeak: number }> {
  const output = join(folder, `${files++}.wav`);
  await runPipeline({ pipeline, input: openFile(input), output: fileSink(output) });
  const { loudness, truePeak } = (await analyze(output, { only: ['loudness', 'truePeak'] })).analysis;
  return { integrated: loudness!.integrated!, truePeak: truePeak! };
}

/** A full-scale click in quiet noise. */
function click(): Signal {
  const signal = noise(2, 4 * RATE, 9, 0.03);
  signal[0][2 * RATE] = 1;
  return signal;
}

const programmes: readonly (readonly [string, () => Buffer])[] = [
  ['2 s of noise', () => floatWav(noise(2, 2 * RATE, 1, 0.1), RATE)],
  [
    '30 s of silence in front',
    () => floatWav(joined(silence(2, 30 * RATE), noise(2, 4 * RATE, 2, 0.05)), RATE),
  ],
  ['bursts and swells', () => floatWav(scaled(programme(2, 6 * RATE, 3), 0.4), RATE)],
  ['a loud sine', () => floatWav(sine(STEREO, 4 * RATE, 997, 0.9), RATE)],
  ['one channel', () => floatWav(noise(1, 3 * RATE, 4, 0.2), RATE)],
  ['six channels', () => floatWav(noise(6, 3 * RATE, 5, 0.05), RATE)],
  [
    '16 bits',
    () =>
      wav16(
        noise16(2 * 4 * RATE, 6).map((x) => x >> 4),
        { sampleRate: RATE },
      ),
  ],
  [
    'soft and loud by turns',
    () => floatWav(joined(noise(2, 3 * RATE, 7, 0.004), noise(2, 3 * RATE, 8, 0.1)), RATE),
  ],
  ['8 kHz', () => floatWav(noise(2, 4 * 8000, 9, 0.15), 8000)],
  [
    'so soft that the gate parts it',
    () => floatWav(joined(noise(2, 3 * RATE, 7, 0.0008), noise(2, 3 * RATE, 8, 0.0012)), RATE),
  ],
];

describe('planGain', () => {
  it.each(programmes)('brings %s to -23 LUFS within 0.05 LU', async (_name, make) => {
    const input = saved(make());
    const plan = await planGain([input], { target: -23 });
    expect(plan?.limited).toBe(false);
    const { integrated, truePeak } = await rendered(input, plan!);
    expect(Math.abs(integrated + 23)).toBeLessThanOrEqual(0.05);
    expect(truePeak).toBeLessThanOrEqual(-1);
  });

  it('refuses a gain that the ceiling forbids, exits 3 and names both ways out', async () => {
    const input = saved(floatWav(click(), RATE));
    const refused = planGain([input], { target: -23 });
    await expect(refused).rejects.toMatchObject({ kind: 'verdict', exitCode: 3 });
    await expect(refused).rejects.toThrow(/--lower-target.*--limit/);
  });

  it('lands within 0.05 LU and under -1 dBTP with a limiter', async () => {
    const input = saved(floatWav(click(), RATE));
    const plan = await planGain([input], { target: -23, onCeiling: 'limit' });
    expect(plan?.limited).toBe(true);
    const { integrated, truePeak } = await rendered(input, plan!);
    expect(Math.abs(integrated + 23)).toBeLessThanOrEqual(0.05);
    expect(truePeak).toBeLessThanOrEqual(-1);
  });

  it('solves the gain again after limiting: more than the gain alone on a loud programme', async () => {
    const input = saved(floatWav(scaled(programme(2, 4 * RATE, 3), 0.9), RATE));
    const plan = await planGain([input], { target: -9, onCeiling: 'limit' });
    expect(plan!.gain).toBeGreaterThan(-9 - plan!.before.integrated + 0.1);
    expect(Math.abs((await rendered(input, plan!)).integrated + 9)).toBeLessThanOrEqual(0.05);
  });

  it('takes the largest gain that the ceiling allows, to 0.05 dB', async () => {
    const input = saved(floatWav(click(), RATE));
    const plan = await planGain([input], { target: -23, onCeiling: 'lower-target' });
    const { integrated, truePeak } = await rendered(input, plan!);
    expect(plan?.lowered).toBe(true);
    expect(truePeak).toBeLessThanOrEqual(-1);
    expect(truePeak).toBeGreaterThan(-1.05);
    expect(integrated).toBeCloseTo(plan!.after.integrated, 1);
  });

  it('has no plan for 399 ms, nor for silence', async () => {
    const short = saved(floatWav(noise(2, 0.399 * RATE), RATE));
    const silent = saved(floatWav(silence(2, 2 * RATE), RATE));
    expect(await planGain([short], { target: -23 })).toBeNull();
    expect(await planGain([silent], { target: -23 })).toBeNull();
  });

  it('gives an album one gain, by the gated loudness of its parts as one', async () => {
    const [loud, soft] = [noise(2, 4 * RATE, 1, 0.2), noise(2, 2 * RATE, 2, 0.1)];
    const plan = await planGain([saved(floatWav(loud, RATE)), saved(floatWav(soft, RATE))], { target: -23 });
    const whole = await planGain([saved(floatWav(joined(loud, soft), RATE))], { target: -23 });
    // Joined in one file the two have three gating blocks more, those over the seam.
    expect(plan!.gain).toBeCloseTo(whole!.gain, 0);
    const outputs = await Promise.all([loud, soft].map((one) => rendered(saved(floatWav(one, RATE)), plan!)));
    expect(outputs[0].integrated - outputs[1].integrated).toBeCloseTo(6.02, 0);
    // Blocks of 400 ms every 100 ms: 37 of them in 4 s, 17 in 2 s (BS.1770-5, Annex 1).
    const [a, b] = outputs.map(({ integrated }) => 10 ** (integrated / 10));
    expect(10 * Math.log10((37 * a + 17 * b) / 54)).toBeCloseTo(-23, 2);
  });
});

it.each([1, 2, 7, 25, 50, 99])(
  'finds no loudness at %i Hz, or one that has an end, by either backend',
  async (sampleRate) => {
    const input = saved(wav16(noise16(2 * 10_000), { sampleRate }));
    for (const backend of ['wasm', 'reference'] as const) {
      const plan = await planGain([input], { target: -16, backend, onCeiling: 'lower-target' });
      expect(Number.isFinite(plan?.gain ?? 0)).toBe(true);
    }
  },
);
