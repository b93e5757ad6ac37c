import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { readPipelineFile } from '../../src/engine/pipelines/pipeline-files.ts';
import { withSettings } from '../../src/graph/pipeline.ts';
import { emphasis } from '../../src/stages/emphasis.ts';
import { runGraph } from '../support/graph.ts';
import { largestPower } from '../support/multiplex-power-meter.ts';
import { join, render as renderStage } from '../support/render.ts';
import { amplitudeAt, gainAt } from '../support/response.ts';
import { impulse, noise, programme, type Signal, silence, sine } from '../support/signals.ts';
import { emphasisedPeak } from '../support/true-peak-meter.ts';

const db = (gain: number): number => 20 * Math.log10(gain);
const pipeline = await readPipelineFile('onair-fm');
const MONO = audioFormat(48000, 1);

const render = (input: Signal, rate = 48000, ...settings: string[]): Signal =>
  runGraph(withSettings(pipeline, settings), [input], { format: audioFormat(rate, input.length) }).main;

/** Loud and bright: what a pre-emphasis makes the most of. A fifth of a second, and silence in which it rings out. */
const BRIGHT: readonly ((rate: number, frames: number) => Signal)[] = [
  (_, frames) => programme(1, frames, 7, 0.95),
  (_, frames) => noise(1, frames, 8, 0.95),
  (rate, frames) => sine(audioFormat(rate, 1), frames, 12_000, 0.95),
  (rate, frames) => sine(audioFormat(rate, 1), frames, 200, 1).map((x) => x.map(Math.sign)),
];

describe.each([50, 75])('onair-fm at %i us', (timeConstant) => {
  const set = `timeConstant=${timeConstant}`;

  it.each([44100, 48000, 96000])(
    'holds every peak behind an analogue pre-emphasis under -1 dB of full deviation at %i Hz, and uses it within 0.1 dB',
    (rate) => {
      const peaks = BRIGHT.map((make) => {
        const input = join(make(rate, rate / 5), silence(1, rate / 20));
        return db(emphasisedPeak(render(input, rate, set, 'target=-14'), 1e-6 * timeConstant * rate));
      });
      expect(Math.max(...peaks)).toBeLessThan(-1);
      expect(Math.max(...peaks)).toBeGreaterThan(-1.1);
    },
  );

  it('leaves a 1 kHz tone within 0.3 dB beside a 10 kHz burst 14 dB louder, which takes 3 dB of it without the limiter of the highs', () => {
    const [tone] = sine(MONO, 2 * 48000, 1000, 0.1);
    const [top] = sine(MONO, 2 * 48000, 10_000, 0.5);
    const input = [tone.map((value, i) => (i % 24000 < 4800 ? value + top[i] : value))];
    const dip = (...settings: string[]): number => {
      const [out] = render(input, 48000, set, 'target=-14', ...settings);
      const at = (from: number): number => amplitudeAt(out.subarray(from, from + 3600), 1000, 48000);
      return db(at(72_600) / at(66_000));
    };
    expect(Math.abs(dip())).toBeLessThan(0.3);
    expect(dip('highs.bypass=true')).toBeLessThan(-2.9);
  });
});

describe('onair-fm', () => {
  it.each([44100, 48000, 96000])(
    'is within 3.2 dB at 15 kHz, and 50 dB down 20 Hz beside the pilot at %i Hz',
    (rate) => {
      const [response] = render(impulse(1, rate, 100, 0.01), rate);
      const relative = (freqHz: number): number =>
        gainAt(response, freqHz, rate) - gainAt(response, 1000, rate);
      expect(relative(15_000)).toBeGreaterThan(-3.2);
      for (const freqHz of [18_980, 19_000, 19_020]) expect(relative(freqHz)).toBeLessThan(-50);
    },
  );

  it('goes out at -14 LUFS with a multiplex power of -5 dBr, and with power.limit=-6 of -6.4 to -6 dBr in the fullest minute', () => {
    const rate = 32_000;
    const input = join(programme(2, 75 * rate, 7, 0.95), silence(2, rate));
    const power = (...settings: string[]): number => {
      const out = render(input, rate, 'target=-14', ...settings);
      return largestPower(renderStage(emphasis, { timeConstant: 50 }, audioFormat(rate, 2), out), rate);
    };
    expect(power()).toBeGreaterThan(-5.1);
    const held = power('power.limit=-6');
    expect(held).toBeGreaterThan(-6.4);
    expect(held).toBeLessThanOrEqual(-6);
  });
});
