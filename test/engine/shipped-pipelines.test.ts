import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { readPipelineFile, shippedPipelines } from '../../src/engine/pipelines/pipeline-files.ts';
import { type PipelineDefinition, withSettings } from '../../src/graph/pipeline.ts';
import { runGraph } from '../support/graph.ts';
import {
  difference,
  maxAbsDifference,
  noise,
  programme,
  rmsDb,
  type Signal,
  silence,
  sine,
  slice,
} from '../support/signals.ts';

const FORMAT = audioFormat(48000, 2);
const names = await shippedPipelines();
const parts = readdirSync(new URL('../../pipelines/parts/', import.meta.url));
const peakDb = (signal: Signal): number =>
  20 * Math.log10(Math.max(...signal.map((one) => one.reduce((top, v) => Math.max(top, Math.abs(v)), 0))));

/** A signal on every input. */
const render = (pipeline: PipelineDefinition, ...inputs: Signal[]): Signal => runGraph(pipeline, inputs).main;

describe('shipped pipelines', () => {
  it.each([...names, ...parts.map((part) => `pipelines/parts/${part}`)])(
    '%s loads, says what it is for, and gives a reason with every stage',
    async (name) => {
      const definition = await readPipelineFile(name);
      expect(definition.name).toBe(name.replace(/^.*\/|\.json$/g, ''));
      expect(definition.description?.length).toBeGreaterThan(40);
      for (const { description } of definition.source.stages) {
        expect(String(description).length).toBeGreaterThan(10);
      }
      for (const { description, to } of Object.values(definition.source.parameters ?? {})) {
        if (to[0].path.split('.').length > 2 || to[0].range) expect(description?.length).toBeGreaterThan(10);
      }
    },
  );

  it('differ from each other by more than -30 dB of the programme', async () => {
    const signal = programme(2, 48000, 5);
    const pipelines = await Promise.all(names.map((name) => readPipelineFile(name)));
    const outputs = pipelines.map((one) => render(one, ...one.inputs.map(() => signal)));
    for (let a = 0; a < outputs.length; a++) {
      for (let b = 0; b < a; b++) {
        expect(rmsDb(difference(outputs[a], outputs[b])) - rmsDb(signal)).toBeGreaterThan(-30);
      }
    }
  });

  it('have knobs that change the sound at both ends of their range', async () => {
    const signal = programme(2, 24000, 6, 0.5);
    for (const name of names) {
      const pipeline = await readPipelineFile(name);
      const ends = Object.entries(pipeline.source.parameters ?? {}).filter(
        ([, { max }]) => max !== undefined,
      );
      for (const [knob, { min, max }] of ends) {
        const [low, high] = [min, max].map((value) =>
          render(withSettings(pipeline, [`${knob}=${value}`]), ...pipeline.inputs.map(() => signal)),
        );
        expect(rmsDb(difference(low, high)) - rmsDb(signal)).toBeGreaterThan(-40);
      }
    }
  });
});

describe('voice-over', () => {
  /** Level of the music's tone at 1 kHz in a stretch of 100 ms, in dB. */
  const toneDb = ([x]: Signal, from: number): number => {
    let [re, im] = [0, 0];
    for (let i = from; i < from + 4800; i++) {
      re += x[i] * Math.cos((2 * Math.PI * 1000 * i) / 48000);
      im += x[i] * Math.sin((2 * Math.PI * 1000 * i) / 48000);
    }
    return 20 * Math.log10(Math.hypot(re, im));
  };
  const voice = silence(2, 5 * 48000);
  for (const channel of voice) {
    for (let i = 48000; i < 2 * 48000; i++) channel[i] = 0.2 * Math.sin((2 * Math.PI * 310 * i) / 48000);
  }
  const music = sine(FORMAT, 5 * 48000, 1000, 0.2);

  it('turns the music down by 12 dB, 90 % of it 150 ms after the voice begins, holds it, and is back in 3 s', async () => {
    const output = render(await readPipelineFile('voice-over'), voice, music);
    const before = toneDb(output, 24000);
    expect(toneDb(output, 72000) - before).toBeCloseTo(-12, 1);
    expect(toneDb(output, 48000 + 7200) - before).toBeLessThan(-10.8);
    expect(toneDb(output, 96000 + 4800) - before).toBeLessThan(-11.5);
    expect(toneDb(output, 5 * 48000 - 4800) - before).toBeGreaterThan(-0.5);
  });

  it('leaves the music alone with ducking at 0, and turns it down by 20 dB at 20', async () => {
    const pipeline = await readPipelineFile('voice-over');
    const depth = (ducking: number): number => {
      const output = render(withSettings(pipeline, [`ducking=${ducking}`]), voice, music);
      return toneDb(output, 72000) - toneDb(output, 24000);
    };
    expect(depth(0)).toBeCloseTo(0, 1);
    expect(depth(20)).toBeCloseTo(-20, 1);
  });
});

describe('parallel', () => {
  it('brings -50 dBFS up by more than 8 dB and -6 dBFS by less than 3 dB', async () => {
    const pipeline = await readPipelineFile('parallel');
    const lift = (peak: number): number => {
      const tone = sine(FORMAT, 48000, 997, peak);
      return rmsDb(slice(render(pipeline, tone), 24000)) - rmsDb(slice(tone, 24000));
    };
    expect(lift(10 ** (-50 / 20))).toBeGreaterThan(8);
    expect(lift(10 ** (-6 / 20))).toBeLessThan(3);
  });
});

describe('mid-side', () => {
  it('keeps mono mono to the bit, and takes 60 Hz out of the sides by more than 20 dB', async () => {
    const pipeline = await readPipelineFile('mid-side');
    const [mono] = noise(1, 24000, 3, 0.2);
    const output = render(pipeline, [mono, mono.slice()]);
    expect(maxAbsDifference([output[0]], [output[1]])).toBe(0);
    const side = (freq: number): number => {
      const [left] = sine(FORMAT, 48000, freq, 0.02);
      const input = [left, left.map((v) => -v)];
      return rmsDb(slice(render(pipeline, input), 24000)) - rmsDb(slice(input, 24000));
    };
    expect(side(60) - side(1000)).toBeLessThan(-10);
    expect(side(30) - side(1000)).toBeLessThan(-20);
  });
});

describe('broadcast', () => {
  it('lies within 6 dB for programmes 20 dB apart, without offset, under -1 dBFS', async () => {
    const pipeline = await readPipelineFile('broadcast');
    const [quiet, loud] = [0.05, 0.5].map((peak) => {
      const signal = noise(2, 3 * 48000, 9, peak).map((one) => one.map((v) => v + 0.01));
      return render(pipeline, signal);
    });
    expect(rmsDb(slice(loud, 96000)) - rmsDb(slice(quiet, 96000))).toBeLessThan(6);
    expect(peakDb(loud)).toBeLessThan(-1);
    const mean = loud[0].slice(96000).reduce((sum, v) => sum + v, 0) / 48000;
    expect(Math.abs(mean)).toBeLessThan(1e-3);
  });
});
