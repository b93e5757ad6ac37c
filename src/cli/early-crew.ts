import { MOST_THREADS, type ThreadCount } from '../engine/thread-count.ts';
import { hireThreads, type ThreadCrew } from '../engine/threads/thread-crew.ts';

/**
 * Hires the threads that a run's words ask for before these are checked: threads take as long to come as the stages to be
 * loaded. Null for words that ask for none, or for what is no number of threads: they are left to who checks them.
 */
export function hireEarly(words: readonly string[]): ThreadCrew | null {
  const [, asked] = words.join('\n').match(/^--threads[=\n](\d{1,2})$/m) ?? [];
  const threads = Number(asked ?? 1);
  return threads >= 1 && threads <= MOST_THREADS ? hireThreads(threads) : null;
}

/** The threads that came early, or others where those are not as many as it turns out; null for one thread. */
export function crewFrom(early: ThreadCrew | null, threads: ThreadCount): ThreadCrew | null {
  if (early?.threads === threads) return early;
  void early?.close();
  return hireThreads(threads);
}
