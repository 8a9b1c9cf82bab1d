import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/bench/*.bench.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // One thing at a time, or the measurements disturb each other.
    fileParallelism: false,
    disableConsoleIntercept: true,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
