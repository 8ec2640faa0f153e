import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/surroundings.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A state that is waited for may take its time on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // Two cores are the floor that the suite is tuned for; the tests start processes of their own.
    maxWorkers: 2,
  },
});
