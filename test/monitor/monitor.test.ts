import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { clockTime } from '../../src/monitor/clock-time.ts';
import { meterSummary } from '../../src/monitor/meter-summary.ts';
import { ProgressLine, progressText } from '../../src/monitor/progress-line.ts';
import { readingLine } from '../../src/monitor/reading-line.ts';

describe('clockTime', () => {
  it.each([
    [0, '0:00'],
    [59.99, '0:59'],
    [61, '1:01'],
    [3600, '1:00:00'],
    [36_125, '10:02:05'],
    [Number.POSITIVE_INFINITY, '-:--'],
  ])('writes %d s as %s', (seconds, text) => {
    expect(clockTime(seconds)).toBe(text);
  });
});

describe('readingLine', () => {
  it('writes dB of silence and NaN as null, on one line', () => {
    const line = readingLine('reading', 'analyzer', {
      peak: Number.NEGATIVE_INFINITY,
      x: Number.NaN,
      rms: -3.01,
    });
    expect(line).toBe('{"type":"reading","id":"analyzer","peak":null,"x":null,"rms":-3.01}\n');
  });
});

describe('progressText', () => {
  it('shows position, speed, a meter of 16 cells and the time left when the length is known', () => {
    const text = progressText({ seconds: 65, totalSeconds: 200, elapsed: 1.625, peak: -12 });
    expect(text).toBe('1:05 / 3:20  40x  ████████████···· -12.0 dBFS  ETA 0:03');
  });

  it('shows no time left when the length is not known, and -inf for silence', () => {
    const text = progressText({ seconds: 3, totalSeconds: null, elapsed: 1, peak: Number.NEGATIVE_INFINITY });
    expect(text).toBe('0:03  3.0x  ················  -inf dBFS');
  });
});

describe('ProgressLine', () => {
  it('writes nothing where there is no terminal', () => {
    const stream = new PassThrough();
    const line = new ProgressLine(stream);
    line.show({ seconds: 1, totalSeconds: 2, elapsed: 1, peak: -3 });
    line.end();
    expect(stream.read()).toBeNull();
  });
});

describe('meterSummary', () => {
  it('gives a line a stage and one a channel, and leaves lists, the last interval and empty stages out', () => {
    const text = meterSummary({
      eq: {},
      analyzer: {
        peak: -1.234,
        rms: Number.NEGATIVE_INFINITY,
        correlation: null,
        dcOffset: 0.00001,
        channels: [{ peak: -2 }, { peak: -3.5 }],
        spectrum: { freqs: [20, 25], levels: [-3, -4] },
        interval: { peak: -9 },
      },
    });
    expect(text).toBe(
      'analyzer: peak -1.23, rms -inf, dcOffset 1.0e-5\n  channels 1: peak -2\n  channels 2: peak -3.50\n',
    );
  });
});
