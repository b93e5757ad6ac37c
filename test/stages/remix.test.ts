import { describe, expect, it } from 'vitest';
import { audioFormat, LAYOUTS } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { remix } from '../../src/stages/remix.ts';
import { BACKENDS } from '../support/backends.ts';
import { drain, feed, join, open, render } from '../support/render.ts';
import { maxAbsDifference, noise, programme, type Signal } from '../support/signals.ts';

/** What each input channel, 1 by itself, gives at each output: the matrix, a row an output. */
function matrixOf(settings: object, layout: readonly string[]): number[][] {
  const format = audioFormat(48_000, layout.length, layout as never);
  const columns = layout.map((_, n) => {
    const input: Signal = layout.map((__, m) => new Float32Array(4).fill(n === m ? 1 : 0));
    return render(remix, settings, format, input).map(([value]) => Math.round(value * 1e4) / 1e4);
  });
  return columns[0].map((_, row) => columns.map((column) => column[row]));
}

/** -3.01 dB to the four digits that matrices are read with. */
const H = Math.round(1e4 * Math.SQRT1_2) / 1e4;

describe('the downmix', () => {
  it('of 5.1 to stereo is BS.775 Table 2, 2/0: L + 0.7071 C + 0.7071 Ls, without the LFE', () => {
    expect(matrixOf({ channels: 'stereo' }, LAYOUTS['5.1'])).toEqual([
      [1, 0, H, 0, H, 0],
      [0, 1, H, 0, 0, H],
    ]);
  });

  it('of 5.1 to mono is BS.775 Table 2, 1/0: 0.7071 (L + R) + C + 0.5 (Ls + Rs)', () => {
    expect(matrixOf({ channels: 'mono' }, LAYOUTS['5.1'])).toEqual([[H, H, 1, 0, 0.5, 0.5]]);
  });

  it('of 5.0 to 3/0 and to 2/2 keeps what is there and folds the rest at 0.7071', () => {
    expect(matrixOf({ channels: '3.0' }, LAYOUTS['5.0'])).toEqual([
      [1, 0, 0, H, 0],
      [0, 1, 0, 0, H],
      [0, 0, 1, 0, 0],
    ]);
    expect(matrixOf({ channels: 'quad' }, LAYOUTS['5.0'])).toEqual([
      [1, 0, H, 0, 0],
      [0, 1, H, 0, 0],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1],
    ]);
  });

  it('of 7.1 to 5.1 joins sides and backs at equal power', () => {
    expect(matrixOf({ channels: '5.1' }, LAYOUTS['7.1'])[4]).toEqual([0, 0, 0, 0, 1, 0, H, 0]);
  });

  it('of 6.1 to stereo splits the back centre at 0.5', () => {
    expect(matrixOf({ channels: 2 }, LAYOUTS['6.1'])[0]).toEqual([1, 0, H, 0, 0.5, H, 0]);
  });
});

describe('mono and stereo', () => {
  it('mono to stereo and back is the same bits', () => {
    const input = noise(1, 1000, 1);
    const wide = render(remix, { channels: 'stereo' }, audioFormat(44_100, 1), input);
    expect(maxAbsDifference(wide, [input[0], input[0]])).toBe(0);
    const back = render(remix, { channels: 'mono' }, audioFormat(44_100, 2), wide);
    expect(maxAbsDifference(back, input)).toBe(0);
  });

  it('stereo to mono is the mean: full scale on both sides stays full scale', () => {
    expect(matrixOf({ channels: 'mono' }, LAYOUTS.stereo)).toEqual([[0.5, 0.5]]);
  });
});

describe('tables of one’s own', () => {
  it('a map takes channels by number and 0 is silence', () => {
    expect(matrixOf({ map: [2, 1, 0] }, LAYOUTS.stereo)).toEqual([
      [0, 1],
      [1, 0],
      [0, 0],
    ]);
  });

  it('a matrix is applied as it stands, with the gain behind it, and names its layout', () => {
    const settings = { matrix: [[0.25, -1], [1, 0], [0, 0], [0, 2]], channels: 'quad', gain: -6.0206 }; // biome-ignore format: one table
    expect(matrixOf(settings, LAYOUTS.stereo)).toEqual([[0.125, -0.5], [0.5, 0], [0, 0], [0, 1]]); // biome-ignore format: one table
    expect(open(remix, settings, audioFormat(48_000, 2)).run.outputFormat.layout).toEqual(LAYOUTS.quad);
  });

  it.each([
    [{ map: [3] }, 2, 'map names channel 3, the input has 2'],
    [{ matrix: [[1]] }, 2, 'a row of the matrix has 1 factors, the input has 2 channels'],
    [{ map: [1], channels: 'stereo' }, 2, 'channels "stereo" has 2 channels, map or matrix give 1'],
    [{ channels: 'stereo' }, 9, 'no rule takes channels without a place to FL FR; give a map or a matrix'],
    [{ map: [1], matrix: [[1]] }, 1, 'map and matrix exclude each other'],
  ])('%j of %i channels is refused: %s', (settings, channels, message) => {
    expect(() => open(remix, settings, audioFormat(48_000, channels))).toThrow(message);
  });
});

describe('in a pipeline', () => {
  const prepare = (stages: object[], channels: number, backend: (typeof BACKENDS)[number] = 'wasm') =>
    onKernelMemory(backend, (memory) =>
      preparePipeline(definePipeline({ stages }), {
        format: audioFormat(48_000, channels),
        maxFrames: 512,
        memory,
      }),
    );
  const DOWN = [
    { stage: 'eq', bands: [{ freq: 500, gain: 4 }] },
    { stage: 'remix', channels: 'stereo', gain: -7.66 },
    { stage: 'limiter', ceiling: -6 },
    { stage: 'stereo', width: 0.5 },
  ];

  it('6 channels become 2 on the way, aligned, alike in both backends and any chunks', () => {
    const input = programme(6, 5000, 2);
    const [a, b, c] = [
      [BACKENDS[0], []],
      [BACKENDS[1], []],
      [BACKENDS[1], [1, 300, 17]],
    ].map(([backend, chunks]) => {
      const { run } = prepare(DOWN, 6, backend as (typeof BACKENDS)[number]);
      return join(feed(run, input, chunks as number[]), drain(run));
    });
    expect(a.length).toBe(2);
    expect(a[0].length).toBe(5000);
    expect(maxAbsDifference(a, b)).toBe(0);
    expect(maxAbsDifference(a, c)).toBe(0);
  });

  it('signals with other channels do not meet, and a dry share needs the same channels', () => {
    const meeting = [
      { id: 'a', stage: 'gain' },
      { stage: 'remix', channels: 'mono' },
      { stage: 'mix', input: ['a', 'remix'] },
    ];
    expect(() => prepare(meeting, 2)).toThrow('"a" has 2 channels (FL FR) and "remix" has 1 channel (FC)');
    expect(() => prepare([{ stage: 'remix', channels: 'mono', mix: 0.5 }], 2)).toThrow(
      'mix, bypass and channels need a stage that keeps the channels',
    );
  });
});
