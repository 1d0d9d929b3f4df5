import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    globalSetup: "test/global-setup.ts",
    exclude: ["**/node_modules/**", "**/peers/**"],
    testTimeout: 20_000,
    sequence: { shuffle: true },
  },
});
