import { defineConfig } from 'vitest/config';
import { workerSources } from './vitest.worker.ts';

export default defineConfig({
  plugins: [workerSources],
  test: { include: ['test/slow/**/*.test.ts'], testTimeout: 600_000 },
});
