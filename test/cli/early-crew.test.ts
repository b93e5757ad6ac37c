import { beforeEach, describe, expect, it, vi } from 'vitest';
import { crewFrom, hireEarly } from '../../src/cli/early-crew.ts';
import { hireThreads } from '../../src/engine/threads/thread-crew.ts';

vi.mock('../../src/engine/threads/thread-crew.ts', () => ({
  hireThreads: vi.fn((threads: number) => (threads === 1 ? null : { threads, close: vi.fn() })),
}));

const crews = () => vi.mocked(hireThreads).mock.results.map(({ value }) => value);

beforeEach(() => void vi.mocked(hireThreads).mockClear());

describe('threads that come early', () => {
  it.each([[['three-band', '--threads', '3']], [['--threads=3', 'three-band']]])(
    'are the 3 that the run takes: %j',
    (words) => {
      const early = hireEarly(words);
      expect(crewFrom(early, 3)).toBe(early);
      expect(early?.threads).toBe(3);
      expect(hireThreads).toHaveBeenCalledExactlyOnceWith(3);
    },
  );

  it.each([
    [['three-band']],
    [['three-band', '--threads', '1']],
    [['three-band', '--threads', 'auto']],
    [['three-band', '--threads', '65']],
    [['--threads']],
    [['three--threads 2']],
  ])('are none for %j', (words) => {
    const early = hireEarly(words);
    expect(early).toBeNull();
    expect(crewFrom(early, 1)).toBeNull();
    expect(crews().filter(Boolean)).toEqual([]);
  });

  it('leave where the words meant another number, which comes instead: 3 for 2', () => {
    const crew = crewFrom(hireEarly(['--threads', '2', '--threads', '3']), 3);
    expect(crews().map(({ threads }) => threads)).toEqual([2, 3]);
    expect(crew).toBe(crews()[1]);
    expect(crews()[0].close).toHaveBeenCalledOnce();
  });
});
