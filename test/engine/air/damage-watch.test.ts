import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { AirEvent } from '../../../src/engine/air/air-event.ts';
import { AirInput } from '../../../src/engine/air/air-input.ts';
import { DamageWatch } from '../../../src/engine/air/damage-watch.ts';
import { SILENCE } from '../../../src/engine/air/fallback.ts';
import { decodedStream } from '../../../src/engine/files/codec-input.ts';
import { flacBytes } from '../../fixtures/flac-bytes.ts';
import { ManualClock, settled } from './manual-clock.ts';
import { STATION } from './station.ts';

/** FLAC at 44.1 kHz, 5.2 s of it, of which every tenth block of 192 frames is spoilt: 120 places. */
const { start, frames } = flacBytes(new Int16Array(192 * 1200).fill(8000), 0);
for (let n = 5; n < frames.length; n += 10) frames[n][200] ^= 1;

it('what could not be told within a minute is told at the end of the stream: 14 places are 6 words and 1', () => {
  const told: string[] = [];
  const watch = new DamageWatch(new ManualClock(), ({ reason }) => told.push(`${reason}`));
  const feed = { damagedPlaces: 0, end: null, warnings: [] };
  for (feed.damagedPlaces = 1; feed.damagedPlaces <= 14; feed.damagedPlaces++) {
    watch.look(feed as never, 0);
  }
  watch.end(0);
  watch.end(0);
  expect(told).toEqual([...new Array(6).fill('damaged in 1 place'), 'damaged in 8 places']);
});

it('damage of a FLAC on air is told of 6 times a minute at most, every place counted, and once more at its end', async () => {
  const clock = new ManualClock();
  const events: AirEvent[] = [];
  const stream = new PassThrough({ highWaterMark: 1 << 22 });
  stream.write(Buffer.concat([start, ...frames.slice(0, 40)]));
  const input = await AirInput.open({
    source: { name: 'pipe', connect: (signal) => decodedStream(stream, signal), reconnects: false },
    fallback: () => SILENCE,
    onEnd: 'exit',
    ...STATION,
    clock,
    onEvent: (event) => events.push(event),
  });
  input.on('data', () => {});
  const told = (): string[] =>
    events.filter(({ event }) => event === 'damaged').map(({ reason }) => `${reason}`);
  const countOf = (reasons: readonly string[]): number =>
    reasons.reduce((sum, reason) => sum + Number(/^damaged in (\d+) places?$/.exec(reason)?.[1] ?? 0), 0);
  for (let at = 40; at < frames.length; at += 40) {
    stream.write(Buffer.concat(frames.slice(at, at + 40)));
    await clock.advance(180);
  }
  expect(told()).toHaveLength(6);
  await clock.advance(60_000);
  expect(told()).toHaveLength(7);
  expect(countOf(told())).toBe(120);
  stream.end();
  await settled();
  await clock.advance(1000);
  expect(told().at(-1)).toMatch(
    /^damaged in 120 places, the first from frame 960 on: 23040 frames are lost, and silent in the output$/,
  );
  expect(told()).toHaveLength(8);
});
