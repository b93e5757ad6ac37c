import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { KernelMemory } from '../../../src/dsp/kernel-memory.ts';
import { LoudnessWatch } from '../../../src/engine/analysis/loudness-watch.ts';
import { streamSink } from '../../../src/engine/files/output-sink.ts';
import { LoudnessLog } from '../../../src/engine/run/loudness-log.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import { definePipeline } from '../../../src/graph/parse-pipeline.ts';
import type { LoudnessHour, LoudnessSecond, LoudnessSpan } from '../../../src/monitor/loudness-line.ts';
import { RotatingFile } from '../../../src/monitor/rotating-file.ts';
import { wav16 } from '../wav-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 8000;
const MB = 1e6;

/** A stereo sine of 1 kHz in 16 bits. */
function tone(peakDb: number, seconds: number): Int16Array {
  const peak = 32767 * 10 ** (peakDb / 20);
  return Int16Array.from({ length: 2 * RATE * seconds }, (_, i) =>
    Math.round(peak * Math.sin((2 * Math.PI * 1000 * (i >> 1)) / RATE + Math.PI / 4)),
  );
}

interface Line {
  readonly type: 'second' | 'hour';
  readonly time: string;
  readonly from: number;
  readonly to: number;
  readonly [figure: string]: unknown;
}

/** The lines of a log that a run of a WAV wrote. */
async function logged(name: string, wav: Buffer, stages: readonly object[], blockFrames = 4096) {
  const path = join(folder, name);
  const loudnessLog = new LoudnessLog(new RotatingFile(path, { maxBytes: MB, keep: 2 }));
  await runPipeline({
    pipeline: definePipeline({ stages }),
    input: Readable.from([wav]),
    output: streamSink('out', new Writable({ write: (_chunk, _encoding, done) => done() })),
    blockFrames,
    loudnessLog,
  });
  loudnessLog.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('a loudness log', () => {
  const wav = wav16(tone(-20, 5.5), { sampleRate: RATE });

  it('has a line for each of 6 seconds and one for the hour, of what goes out: 6 dB under what comes in', async () => {
    const lines = await logged('tone.jsonl', wav, [{ stage: 'gain', gain: -6 }]);
    expect(lines.map(({ type, from, to }) => [type, from, to])).toEqual([
      ...[0, 1, 2, 3, 4].map((from) => ['second', from, from + 1]),
      ['second', 5, 5.5],
      ['hour', 0, 5.5],
    ]);
    const [first] = lines;
    const hour = lines[6];
    expect(first.shortTerm).toBeNull();
    // Both channels: -26 dBFS peak is -26 LUFS, but for the 0.2 LU that K-weighting is off at 8 kHz.
    for (const figure of ['integrated', 'momentaryMax', 'shortTermMax']) {
      expect(Math.abs((hour[figure] as number) + 26)).toBeLessThan(0.3);
    }
    expect(Math.abs((hour.truePeak as number) + 26)).toBeLessThan(0.3);
    expect(Math.abs((hour.gatedSeconds as number) - 5.2)).toBeLessThan(0.11);
    expect(new Date(first.time).toISOString()).toBe(first.time);
  });

  it('has no range in the first 2 s, and then one of 0 LU for a steady tone', async () => {
    const lines = await logged('range.jsonl', wav, []);
    expect(lines.map(({ range }) => range)).toEqual([null, null, 0, 0, 0, 0, 0]);
  });

  it('has a peak between the last 14 frames of a whole second in its hour, within 0.3 dB of -0.6 dBTP', async () => {
    const frames = 2 * RATE;
    // A quarter of the rate, sampled at 45 degrees: 3 dB higher between the samples.
    const samples = Int16Array.from({ length: 2 * frames }, (_, i) => {
      const frame = i >> 1;
      const peak = frame < frames - 14 ? 0.001 : 0.93;
      return Math.round(32767 * peak * Math.sin((Math.PI / 2) * frame + Math.PI / 4));
    });
    const lines = await logged('late.jsonl', wav16(samples, { sampleRate: RATE }), []);
    expect(lines.map(({ type }) => type)).toEqual(['second', 'second', 'hour']);
    expect(Math.abs((lines[2].truePeak as number) + 0.6)).toBeLessThan(0.3);
  });

  it('reads the same whatever the blocks', async () => {
    const timeless = (lines: readonly Line[]) => lines.map(({ time: _, ...rest }) => rest);
    const whole = timeless(await logged('whole.jsonl', wav, []));
    expect(timeless(await logged('cut.jsonl', wav, [], 113))).toEqual(whole);
  });

  it("has each second's own true peak: that of a quiet second after a loud one is low again", async () => {
    const both = Int16Array.from([...tone(-10, 2), ...tone(-40, 2)]);
    const lines = await logged('peaks.jsonl', wav16(both, { sampleRate: RATE }), []);
    const peaks = lines.map(({ truePeak }) => truePeak as number);
    expect(Math.abs(peaks[1] + 10)).toBeLessThan(0.5);
    expect(Math.abs(peaks[3] + 40)).toBeLessThan(0.5);
    expect(Math.abs(peaks[4] + 10)).toBeLessThan(0.5);
  });

  it('closes an hour after 3600 s of stream and begins the next with figures of its own', () => {
    const memory = new KernelMemory('wasm', 1 << 23);
    const format = audioFormat(RATE, 1);
    const watch = new LoudnessWatch(memory, format, RATE);
    const channels = memory.planar(1, RATE);
    const hours: [LoudnessSpan, LoudnessHour][] = [];
    const seconds: LoudnessSecond[] = [];
    const listener = {
      second: (_span: LoudnessSpan, figures: LoudnessSecond) => void seconds.push(figures),
      hour: (span: LoudnessSpan, figures: LoudnessHour) => void hours.push([span, figures]),
    };
    const play = (peak: number, from: number, to: number): void => {
      // Silence at the end of each second: the peak of its last gap would be known in the next.
      for (let i = 0; i < RATE; i++) channels[0][i] = i % 64 === 0 && i < RATE - 40 ? peak : 0;
      for (let second = from; second < to; second++) {
        watch.block({ format, start: second * RATE, frames: RATE, channels }, listener);
      }
    };
    play(0.5, 0, 3600);
    play(0.05, 3600, 3700);
    watch.end(listener);
    expect(seconds.length).toBe(3700);
    expect(hours.map(([span]) => span)).toEqual([
      { from: 0, to: 3600 },
      { from: 3600, to: 3700 },
    ]);
    const [[, loud], [, quiet]] = hours;
    expect(loud.gatedSeconds).toBeCloseTo(3599.7, 9);
    // The second hour's first window still reaches into the first one.
    expect(loud.shortTermMax - quiet.integrated).toBeGreaterThan(19);
    expect(loud.truePeak - quiet.truePeak).toBeCloseTo(20, 0);
  });

  it('is silent after the disk is full, says so once, and lets the audio through', async () => {
    if (!existsSync('/dev/full')) return;
    const loudnessLog = new LoudnessLog(new RotatingFile('/dev/full', { maxBytes: MB, keep: 0 }));
    const { warnings, framesOut } = await runPipeline({
      pipeline: definePipeline({ stages: [] }),
      input: Readable.from([wav]),
      output: streamSink('out', new Writable({ write: (_chunk, _encoding, done) => done() })),
      loudnessLog,
    });
    expect(framesOut).toBe(5.5 * RATE);
    expect(warnings).toEqual(['loudness log: no space left on device, lines are missing']);
  });
});

describe('a rotating file', () => {
  it('keeps 3 older files of at most 100 bytes, the last lines in order, whatever was written', () => {
    const path = join(folder, 'rotating');
    const file = new RotatingFile(path, { maxBytes: 100, keep: 3 });
    for (let n = 100; n < 200; n++) file.write(`line ${n}\n`);
    file.close();
    const names = [`${path}.3`, `${path}.2`, `${path}.1`, path];
    for (const name of names) expect(statSync(name).size).toBeLessThanOrEqual(100);
    expect(existsSync(`${path}.4`)).toBe(false);
    const lines = names.flatMap((name) => readFileSync(name, 'utf8').trimEnd().split('\n'));
    const last = 199 - lines.length + 1;
    expect(lines).toEqual(Array.from(lines, (_, i) => `line ${last + i}`));
    expect(lines.length).toBeGreaterThan(33);
  });

  it('goes on with a file that is there, and with no older files starts it anew', () => {
    const path = join(folder, 'kept');
    for (const line of ['a\n', 'b\n']) {
      const file = new RotatingFile(path, { maxBytes: 5, keep: 0 });
      file.write(line);
      file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
    const file = new RotatingFile(path, { maxBytes: 5, keep: 0 });
    file.write('c\n');
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('c\n');
  });
});
