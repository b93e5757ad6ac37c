import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { AirEvent } from '../../../src/engine/air/air-event.ts';
import { AirInput, type AirInputOptions } from '../../../src/engine/air/air-input.ts';
import { ComfortNoise, SILENCE } from '../../../src/engine/air/fallback.ts';
import { LoopedFile } from '../../../src/engine/air/looped-file.ts';
import { noise16, wav16 } from '../wav-file.ts';
import { floatWav } from '../wav-of.ts';
import { ManualClock, settled } from './manual-clock.ts';
import { STATION } from './station.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-air-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Frames of 10 ms at 48 kHz. */
const PIECE = 480;

/** Mono at 48 kHz: 1 kHz at -12 dBFS, whose steps from frame to frame are below 0.033. */
function tone(frames: number): Int16Array {
  return Int16Array.from({ length: frames }, (_, i) => Math.round(8230 * Math.sin((2 * Math.PI * i) / 48)));
}

/** A WAV on a pipe, without a length. */
const onPipe = (samples: Int16Array, sampleRate = 48000): Buffer => {
  const bytes = wav16(samples, { channels: 1, sampleRate });
  bytes.writeUInt32LE(0xffffffff, 4);
  bytes.writeUInt32LE(0xffffffff, 40);
  return bytes;
};

/** A station under test: programmes that are written to, and all that came out. */
async function station(options: Partial<AirInputOptions>, first: Buffer, clock = new ManualClock()) {
  const events: AirEvent[] = [];
  const writers: PassThrough[] = [];
  const waiting: ((stream: Readable) => void)[] = [];
  const source = {
    name: 'pipe',
    reconnects: true,
    connect: () => new Promise<Readable>((resolve) => waiting.push(resolve)),
  };
  const connect = async (): Promise<PassThrough> => {
    const writer = new PassThrough({ highWaterMark: 1 << 22 });
    writers.push(writer);
    waiting.shift()!(writer);
    await settled();
    return writer;
  };
  const opening = AirInput.open({
    source,
    fallback: () => SILENCE,
    onEnd: 'fallback',
    ...STATION,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const programme = await connect();
  programme.write(first);
  const input = await opening;
  const pieces: Buffer[] = [];
  const ended = { value: false };
  input.on('data', (bytes) => pieces.push(Buffer.from(bytes)));
  input.on('end', () => {
    ended.value = true;
  });
  await settled();
  const output = (): Float32Array => {
    const all = Buffer.concat(pieces);
    const at = all.indexOf('data', 0, 'latin1') + 8;
    return new Float32Array(new Uint8Array(all.subarray(at)).buffer);
  };
  /** Writes at the pace of the clock, 10 ms at a time. */
  const play = async (writer: PassThrough, samples: Int16Array): Promise<void> => {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    for (let at = 0; at < bytes.length; at += 2 * PIECE) {
      writer.write(bytes.subarray(at, at + 2 * PIECE));
      await clock.advance(10);
    }
  };
  const words = (): string[] => events.map(({ event }) => event);
  return { clock, events, words, connect, waiting, programme, input, output, play, ended };
}

const largestStep = (samples: Float32Array): number =>
  samples.reduce((top, value, i) => (i === 0 ? 0 : Math.max(top, Math.abs(value - samples[i - 1]))), 0);

const count = (event: AirEvent, name: string): number => Number(event[name] ?? 0);

describe('a programme on air', () => {
  it('passes bit for bit while it is good, 30 ms behind', async () => {
    const samples = tone(PIECE * 50);
    const { output, play, programme, words } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, samples);
    expect(output().length).toBe(samples.length - 2 * PIECE);
    expect([...output()]).toEqual([...samples.subarray(0, output().length)].map((one) => one / 32768));
    expect(words()).toEqual([]);
  });

  it('that starves for 500 ms is faded out, and what follows is as long as the outage', async () => {
    const { clock, events, output, play, programme } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 100));
    await clock.advance(480);
    expect(events).toEqual([]);
    await clock.advance(2020);
    expect(events).toEqual([{ event: 'starved', frame: PIECE * 98 }]);
    // 1 s of programme and 2.5 s of outage, by the clock to a piece of it.
    expect(output().length / 48000).toBeCloseTo(3.5, 1);
    expect(largestStep(output())).toBeLessThan(0.035);
    expect(
      output()
        .subarray(PIECE * 100)
        .every((one) => one === 0),
    ).toBe(true);
  });

  it('comes back after it was good for 1 s, in a crossfade of 0.5 s, every frame accounted for', async () => {
    const { clock, events, output, play, programme, input } = await station(
      { fallback: () => new ComfortNoise(1) },
      onPipe(new Int16Array(0)),
    );
    await play(programme, tone(PIECE * 100));
    await clock.advance(3000);
    await play(programme, tone(PIECE * 300));
    expect(events.map(({ event }) => event)).toEqual(['starved', 'back']);
    const [, back] = events;
    const out = output().length;
    const held = 2 * PIECE;
    expect(out).toBe(PIECE * 400 - held + count(back, 'inserted') - count(back, 'dropped'));
    expect(count(back, 'dropped') / 48000).toBeCloseTo(1, 1);
    expect(largestStep(output())).toBeLessThan(0.04);
    const late = output().subarray(back.frame + 24_000);
    expect(Math.max(...late)).toBeCloseTo(8230 / 32768, 3);
    input.destroy();
    await settled();
    expect(events.at(-1)).toMatchObject({ event: 'off', frame: out, inserted: back.inserted });
  });

  it.each([
    ['ends', 'ended', (writer: PassThrough) => void writer.end()],
    ['breaks', 'ended', (writer: PassThrough) => void writer.destroy(new Error('gone'))],
  ])('that %s is heard again when its next writer has come', async (_, word, stop) => {
    const { clock, output, play, programme, connect, words } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 100));
    stop(programme);
    await clock.advance(1000);
    const next = await connect();
    next.write(onPipe(new Int16Array(0)));
    await play(next, tone(PIECE * 300));
    expect(words()).toEqual([word, 'connected', 'back']);
    expect(largestStep(output())).toBeLessThan(0.035);
    expect(output().length / 48000).toBeCloseTo(5, 1);
  });

  it.each([false, true])('in packets of 200 ms is back as soon as in short ones, live: %s', async (live) => {
    const { clock, events, play, programme } = await station({ live }, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 50));
    await clock.advance(1000);
    const packet = tone(PIECE * 20);
    for (let n = 0; n < 10; n++) {
      programme.write(Buffer.from(packet.buffer));
      await clock.advance(200);
    }
    expect(events[1]).toMatchObject({ event: 'back' });
    // 1.5 s of outage and programme before, 1 s that it is good for, and up to a packet.
    expect(events[1].frame / 48000).toBeLessThan(2.75);
  });

  it('whatever happens to it is accounted for to the frame: 40 random evenings', async () => {
    const happening = fc.oneof(
      fc.record({ plays: fc.integer({ min: 1, max: 80_000 }) }),
      fc.record({ pauses: fc.integer({ min: 1, max: 3000 }) }),
      fc.record({ returnsAfter: fc.integer({ min: 0, max: 1500 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 8 }), fc.boolean(), async (evening, live) => {
        const { clock, connect, input, events, output, ...rest } = await station(
          { live, backAfter: 300 },
          onPipe(new Int16Array(0)),
        );
        let { programme } = rest;
        let written = 0;
        const stop = async (): Promise<void> => {
          programme.end();
          await clock.advance(100);
        };
        for (const what of evening) {
          if ('plays' in what) {
            written += what.plays;
            await rest.play(programme, tone(what.plays));
          } else if ('pauses' in what) await clock.advance(what.pauses);
          else {
            await stop();
            await clock.advance(what.returnsAfter);
            programme = await connect();
            programme.write(onPipe(new Int16Array(0)));
          }
        }
        await stop();
        await clock.advance(3000);
        const out = output();
        input.destroy();
        await settled();
        const off = events.at(-1)!;
        expect(off).toMatchObject({ event: 'off', frame: out.length });
        expect(written).toBe(out.length - count(off, 'inserted') + count(off, 'dropped'));
      }),
      { numRuns: 40, seed: 9 },
    );
  });

  it('in 44.1 kHz after 48 kHz is brought to the rate of the stream', async () => {
    const { clock, output, play, programme, connect } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 50));
    programme.end();
    await clock.advance(500);
    const next = await connect();
    next.write(onPipe(new Int16Array(0), 44100));
    await play(next, tone(PIECE * 300));
    const heard = output().subarray(-9600, -480);
    const rises = heard.reduce((sum, one, i) => sum + Number(i > 0 && heard[i - 1] < 0 && one >= 0), 0);
    // 1 kHz written at 48 kHz and read as 44.1 kHz.
    expect(rises / (heard.length / 48000)).toBeGreaterThan(910);
    expect(rises / (heard.length / 48000)).toBeLessThan(927);
  });

  it('that is no audio when its writer comes back is told of once and never heard', async () => {
    const { clock, output, programme, play, connect, events } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 50));
    programme.end();
    await clock.advance(200);
    const next = await connect();
    next.write(Buffer.alloc(4000, '<html>no audio</html>'));
    await clock.advance(1000);
    expect(events.map(({ event }) => event)).toEqual(['ended', 'connected', 'garbage']);
    expect(String(events[2].reason)).toContain('not an audio file we read');
    expect(
      output()
        .subarray(PIECE * 60)
        .every((one) => one === 0),
    ).toBe(true);
  });

  it('without a sample ends behind a header, with 0 bytes of audio', async () => {
    const { clock, programme, input } = await station({ onEnd: 'exit' }, onPipe(new Int16Array(0)));
    const heard: Buffer[] = [];
    input.on('data', (bytes) => heard.push(Buffer.from(bytes)));
    programme.end();
    await clock.advance(100);
    const bytes = Buffer.concat(heard);
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect(bytes.indexOf('data', 0, 'latin1')).toBe(bytes.length - 8);
  });

  it('of 32-bit floats that are no numbers is garbage, and not one of them is heard', async () => {
    const raw = {
      sampleFormat: { encoding: 'f32', bigEndian: false },
      sampleRate: 48000,
      channels: 1,
    } as const;
    const { clock, programme, events, input } = await station({ raw }, Buffer.alloc(0));
    const heard: Buffer[] = [];
    input.on('data', (bytes) => heard.push(Buffer.from(bytes)));
    const good = Float32Array.from(tone(PIECE * 20), (one) => one / 32768);
    programme.write(Buffer.from(good.buffer));
    await clock.advance(200);
    programme.write(Buffer.from(new Float32Array(PIECE * 10).fill(Number.NaN).buffer));
    await clock.advance(1000);
    expect(events.map(({ event }) => event)).toEqual(['garbage']);
    const out = new Float32Array(new Uint8Array(Buffer.concat(heard)).buffer);
    expect(out.every((one) => Number.isFinite(one))).toBe(true);
    expect(largestStep(out)).toBeLessThan(0.035);
  });

  it('of 32-bit floats that are no numbers is garbage at another rate too, and comes back when it is one again', async () => {
    const { clock, output, programme, play, connect, events } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 50));
    programme.end();
    await clock.advance(200);
    const next = await connect();
    const floats = floatWav([new Float32Array(0)], 44_100);
    floats.writeUInt32LE(0xffffffff, 40);
    next.write(floats);
    const send = async (samples: Float32Array): Promise<void> => {
      for (let at = 0; at < samples.length; at += 441) {
        next.write(Buffer.from(samples.slice(at, at + 441).buffer));
        await clock.advance(10);
      }
    };
    const good = Float32Array.from(tone(441 * 200), (one) => one / 32768);
    await send(good);
    await send(new Float32Array(441 * 50).fill(Number.NaN));
    await send(good);
    expect(events.map(({ event }) => event)).toEqual(['ended', 'connected', 'back', 'garbage', 'back']);
    expect(output().every((one) => Number.isFinite(one))).toBe(true);
  });

  it('that is silent for 3 s gives way, and comes back when it is heard again for 1 s', async () => {
    const options = { silenceAfter: 3000, fallback: () => new ComfortNoise(1) };
    const { programme, play, events } = await station(options, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 50));
    await play(programme, new Int16Array(PIECE * 400));
    expect(events.map(({ event, frame }) => [event, frame])).toEqual([['silent', PIECE * (350 - 3)]]);
    await play(programme, tone(PIECE * 150));
    expect(events[1]).toMatchObject({ event: 'back' });
    expect(events[1].frame / PIECE).toBeGreaterThan(550);
    expect(events[1].frame / PIECE).toBeLessThan(556);
  });

  it('does not give way to a pause of 400 ms', async () => {
    const { clock, programme, play, words } = await station({}, onPipe(new Int16Array(0)));
    for (let n = 0; n < 5; n++) {
      await play(programme, tone(PIECE * 20));
      await clock.advance(400);
    }
    expect(words()).toEqual([]);
  });

  it('is gone on with after the process stood still for an hour, not made up for', async () => {
    const { clock, output, play, programme, events } = await station({}, onPipe(new Int16Array(0)));
    await play(programme, tone(PIECE * 100));
    programme.end();
    await clock.advance(100);
    const before = output().length;
    const stood = clock.now;
    Object.defineProperty(clock, 'now', { value: () => stood() + 3_600_000 });
    await clock.advance(100);
    expect(events.map(({ event }) => event)).toEqual(['ended', 'late']);
    expect(output().length - before).toBeLessThan(48000);
  });

  it('with --on-end exit ends with its last frame', async () => {
    const samples = tone(PIECE * 50 + 77);
    const { clock, programme, output, ended } = await station({ onEnd: 'exit' }, onPipe(samples));
    programme.end();
    await clock.advance(20);
    expect(ended.value).toBe(true);
    expect(output().length).toBe(samples.length);
  });
});

describe('a paced programme', () => {
  it('of 10 s that comes at once leaves in 9.9 s, never more than 100 ms ahead', async () => {
    const { clock, programme, output } = await station({ pace: true, fallback: null }, onPipe(tone(480_000)));
    programme.end();
    for (let second = 1; second < 10; second++) {
      await clock.advance(1000);
      expect(output().length / 48000).toBeLessThan(second + 0.101);
      expect(output().length / 48000).toBeGreaterThan(second + 0.08);
    }
    await clock.advance(1000);
    expect(output().length).toBe(480_000);
  });

  it.each([0.0013, 0.005, 0.011, 0.0173, 0.031, 0.2])(
    'of 1 s leaves whole though each look at the clock takes %f ms, and asks for no endless timer',
    async (perLook) => {
      const clock = new ManualClock(perLook);
      const { programme, output, ended } = await station(
        { pace: true, fallback: null, onEnd: 'exit' },
        onPipe(tone(48_000)),
        clock,
      );
      programme.end();
      await clock.advance(1000);
      expect(output().length).toBe(48_000);
      expect(ended.value).toBe(true);
    },
  );
});

describe('a fallback', () => {
  it('of noise has -60 dBFS RMS, and is the same for the same seed', () => {
    const [one, two] = [7, 7].map((seed) => {
      const target = [new Float32Array(48000)];
      new ComfortNoise(seed).fill(target, 48000);
      return target[0];
    });
    expect(one).toEqual(two);
    const rms = Math.sqrt(one.reduce((sum, value) => sum + value * value, 0) / one.length);
    expect(20 * Math.log10(rms)).toBeCloseTo(-60, 1);
  });

  it('of a file begins again at its first frame, however it is asked for', () => {
    const path = join(folder, 'loop.wav');
    const samples = noise16(2 * 9001);
    writeFileSync(path, wav16(samples));
    const format = { sampleRate: 48000, channels: 2, layout: ['FL', 'FR'] } as const;
    const loop = new LoopedFile(path, format, 'reference');
    const target = [new Float32Array(30_000), new Float32Array(30_000)];
    for (let at = 0; at < 30_000; at += 375) {
      loop.fill(
        target.map((channel) => channel.subarray(at)),
        375,
      );
    }
    loop.close();
    expect(target[1].every((value, i) => value === samples[2 * (i % 9001) + 1] / 32768)).toBe(true);
  });

  it.each([
    ['missing.wav', null, 'missing.wav: no such file or directory'],
    ['empty.wav', wav16(new Int16Array(0)), 'empty.wav: has no audio that could be repeated'],
    ['text.wav', Buffer.alloc(64, 'text'), 'text.wav: not an audio file we read'],
  ])('of %s is refused in words', (name, bytes, words) => {
    const path = join(folder, name);
    if (bytes) writeFileSync(path, bytes);
    const format = { sampleRate: 48000, channels: 1, layout: ['FC'] } as const;
    expect(() => new LoopedFile(path, format, 'reference')).toThrow(words);
  });

  it('is not begun for a first programme that is none: its error is that of the input', async () => {
    await expect(station({}, Buffer.alloc(64, 'text'))).rejects.toThrow('pipe: not an audio file we read');
  });
});

describe('a programme by a clock 200 ppm faster, with its drift absorbed', () => {
  it('goes out by this clock, to 10 ms in 100 s, and says when the ratio is known and when it is no more', async () => {
    const options = { pace: true, absorb: true, backend: 'wasm' as const };
    const { clock, events, output, programme, words } = await station(options, onPipe(new Int16Array(0)));
    const second = tone(2 * 48_000);
    const left = { at: 0, out: 0 };
    for (let packet = 1, sent = 0; packet <= 5000; packet++) {
      const due = Math.round(960 * packet * 1.0002);
      const samples = second.slice(sent % 48_000, (sent % 48_000) + due - sent);
      programme.write(Buffer.from(samples.buffer));
      sent = due;
      await clock.advance(20);
      if (packet === 100) Object.assign(left, { at: clock.now(), out: output().length });
    }
    expect(words()).toEqual(['locked']);
    expect(Math.abs(count(events[0], 'ppm') - 200)).toBeLessThan(10);
    expect(Math.abs(output().length - left.out - 48 * (clock.now() - left.at))).toBeLessThanOrEqual(PIECE);
    expect(largestStep(output())).toBeLessThan(0.035);
    await clock.advance(1000);
    expect(words()).toEqual(['locked', 'starved', 'unlocked']);
  });
});
