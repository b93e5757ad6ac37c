import { defineConfig } from 'vitest/config';
import { workerSources } from './vitest.worker.ts';

export default defineConfig({
  plugins: [workerSources],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/system/**', 'test/slow/**'],
    testTimeout: 30_000,
    // Every core: the default leaves one to a watcher that a run does not have.
    maxWorkers: '100%',
  },
});
