import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    globalSetup: "test/global-setup.ts",
    exclude: ["**/node_modules/**", "**/peers/**"],
    // A crowded machine is slow; nothing is asserted about time.
    testTimeout: 60_000,
    // Most tests wait for sockets, timers and processes rather than compute.
    maxWorkers: 3,
    // A crowded CI machine can hold up a socket or a process longer than a test waits; locally nothing is repeated.
    retry: process.env.CI === undefined ? 0 : 1,
    sequence: { shuffle: true },
  },
});
