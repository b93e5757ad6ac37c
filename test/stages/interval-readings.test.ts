import { describe, expect, it } from 'vitest';
import { KernelMemory, StateMemory } from '../../src/dsp/kernel-memory.ts';
import { IntervalReadings } from '../../src/stages/interval-readings.ts';

const RATE = 1000;

function readings(intervalMs: number) {
  const state = new StateMemory(new KernelMemory('reference', 0));
  const made: number[] = [];
  const own = new IntervalReadings(state, (frame) => {
    made.push(frame);
    return { frame };
  });
  own.set(intervalMs, RATE, false);
  return { own, made };
}

describe('interval readings', () => {
  it('end every 10 frames however spans are cut: at 10, 20 and 30 of 35 in steps of 7', () => {
    const { own } = readings(10);
    for (let at = 0; at < 35; at += 7) {
      for (let left = 7; left > 0; ) {
        const span = own.span(left);
        if (own.advance(span)) own.keep();
        left -= span;
      }
    }
    expect(own.take()).toEqual([{ frame: 10 }, { frame: 20 }, { frame: 30 }]);
    expect([own.position, own.take()]).toEqual([35, []]);
  });

  it('read an interval once, when it is first asked for, and none before one has ended', () => {
    const { own, made } = readings(10);
    own.pass(9);
    expect([own.hasEnded, own.last, made]).toEqual([false, null, []]);
    own.pass(12);
    expect([own.last, own.last, made]).toEqual([{ frame: 20 }, { frame: 20 }, [20]]);
  });

  it('of 0 ms take any span whole and end where they are told to: at 17', () => {
    const { own } = readings(0);
    expect([own.span(4096), own.advance(4096), own.last]).toEqual([4096, false, null]);
    own.endAt(17);
    expect(own.last).toEqual({ frame: 17 });
  });

  it('forget the last reading when their ends get another kind, and not when their length changes', () => {
    const { own } = readings(10);
    own.pass(10);
    own.set(20, RATE, true);
    expect(own.last).toEqual({ frame: 10 });
    own.set(0, RATE, true);
    expect([own.hasEnded, own.last]).toEqual([false, null]);
  });

  it('keep the newest 256 that nobody takes', () => {
    const { own } = readings(1);
    for (let n = 0; n < 300; n++) if (own.advance(1)) own.keep();
    const kept = own.take();
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([256, { frame: 45 }, { frame: 300 }]);
  });
});
