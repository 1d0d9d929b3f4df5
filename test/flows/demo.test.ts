import { afterAll, beforeAll, expect, it } from "vitest";
import { loadRecordings } from "../../src/demo/recordings.ts";
import { providers } from "../../src/providers/index.ts";
import { createFolder, run } from "./program.ts";

let folder: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  folder = await createFolder();
});
afterAll(() => folder.remove());

it("every provider has recorded answers for the demo", () => {
  expect([...loadRecordings().keys()].sort()).toEqual(providers.map((provider) => provider.id).sort());
});

it("without a configuration, /quota on standard input is answered with every recorded account, marked DEMO", async () => {
  const { output, errors, code } = await run(["start"], { cwd: folder.path, input: "/quota\n" });
  expect(errors).toBe("");
  expect(code).toBe(0);
  expect(output).toContain("DEMO · Quota");
  for (const recording of loadRecordings().values()) {
    for (const account of recording.accounts) expect(output).toContain(account.label);
  }
  expect(output).not.toContain("cannot be read");
});

it("the demo ends by itself when its input ends, even with nothing typed", async () => {
  const { code, took } = await run(["start"], { cwd: folder.path, input: "" });
  expect(code).toBe(0);
  expect(took).toBeLessThan(10_000);
});
