import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
    // Real processes on a busy machine: one that came too late for its test is tried once more.
    retry: 1,
  },
});
