import { defineConfig } from "vitest/config";

/** Whose tests need what a process has only once, such as locks, connections and global fetch: each file gets one of its own. */
const apart = ["discord", "metrics", "slack", "stores"].map((folder) => `${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    dir: "test",
    globalSetup: "test/global-setup.ts",
    // A crowded machine is slow; nothing is asserted about time.
    testTimeout: 60_000,
    // Most tests wait for sockets, timers and processes rather than compute.
    maxWorkers: 3,
    // A crowded CI machine can hold up a socket or a process longer than a test waits; locally nothing is repeated.
    retry: process.env.CI === undefined ? 0 : 1,
    sequence: { shuffle: true },
    projects: [
      { extends: true, test: { name: "apart", include: apart, benchmark: { include: [] } } },
      {
        extends: true,
        // Loading the sources takes longer than most tests, and nothing in them is mocked: files share what they load.
        test: {
          name: "together",
          include: ["**/*.test.ts"],
          exclude: [...apart, "peers/**"],
          isolate: false,
        },
      },
    ],
  },
});
