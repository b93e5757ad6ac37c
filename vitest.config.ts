import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { workerSources } from './vitest.worker.ts';

/** The files that take longest, in that order: one of them begun last would leave the other cores idle. */
const LONGEST = ['conformance/stages', 'golden', 'mastering/master', 'cli/run-command'].map(
  (name) => `test/${name}.test.ts`,
);

/** Puts the longest files in front, and leaves the others in vitest's order. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const longest = LONGEST.flatMap((path) =>
      others.filter(({ moduleId }) => relative(this.ctx.config.root, moduleId) === path),
    );
    return [...new Set([...longest, ...others])];
  }
}

export default defineConfig({
  plugins: [workerSources],
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Every core: the default leaves one to a watcher that a run does not have.
    maxWorkers: '100%',
    // A worker keeps its modules from file to file: to start a process and evaluate them costs 0.5 s of CPU.
    isolate: false,
    // Signals of seconds are garbage when a test is over: a larger nursery is swept less often.
    // Every core has a test to run: threads that collect beside it only wait for each other.
    execArgv: ['--min-semi-space-size=16', '--max-semi-space-size=64', '--single-threaded-gc'],
    sequence: { sequencer: LongestFirst },
    include: ['test/**/*.test.ts'],
    exclude: ['test/system/**', 'test/slow/**'],
  },
});
