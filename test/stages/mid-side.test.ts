import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { BACKENDS } from '../support/backends.ts';
import { runGraph } from '../support/graph.ts';
import { maxAbsDifference, noise } from '../support/signals.ts';

const PORTS = {
  stages: [
    { stage: 'mid-side', id: 'ms' },
    { stage: 'mix', input: ['ms.mid', 'ms.side'] },
  ],
  outputs: { main: 'mix', mid: 'ms.mid', side: 'ms.side' },
};

describe.each(BACKENDS)('mid-side, %s', (backend) => {
  it('gives (l + r) / 2 in both channels of mid, and (l - r) / 2 with opposite signs in side', () => {
    const [l, r] = noise(2, 1001, 1);
    const { mid, side } = runGraph(PORTS, [[l, r]], { backend });
    const half = l.map((v, i) => Math.fround(v + r[i]) / 2);
    const difference = l.map((v, i) => Math.fround(v - r[i]) / 2);
    expect(maxAbsDifference(mid, [half, half])).toBe(0);
    expect(maxAbsDifference(side, [difference, difference.map((v) => -v)])).toBe(0);
  });

  it.each([1, 3, 6])('leaves %i channels in mid, to the bit, and the side silent', (channels) => {
    const input = noise(channels, 500, 2);
    const { main, side } = runGraph(PORTS, [input], { backend, format: audioFormat(48000, channels) });
    expect(maxAbsDifference(main, input)).toBe(0);
    expect(Math.max(...side.flatMap((one) => [...one]))).toBe(0);
  });
});
