import { bench, describe } from "vitest";
import { createBlocks } from "../../src/core/domain/block.ts";
import { indexModels } from "../../src/core/domain/pool.ts";
import { quota, start } from "../fakes/core.ts";

// How many times longer a look-up takes among 100,000 models than among 10 stands at the end of each report. Of the
// same ten models it takes about as long; of all of them only the machine's memory makes a difference, as they do not fit
// into its caches.

/** A thousand times: which pool does a model draw on, and until when is it blocked? Every pool has one and is. */
function askAmong(count: number, asked: number): () => void {
  const models = Array.from({ length: count }, (_, index) => `model-${index}`);
  const readings = models.map((model) => quota({ id: model, scope: model, models: [model] }));
  const { poolOf } = indexModels([{ account: "a", readings }]);
  const blocks = createBlocks(count);
  for (const model of models) blocks.add({ pool: poolOf("a", model), now: start });
  const questions = Array.from(
    { length: 1_000 },
    (_, index) => models[((index % asked) * 7919) % count] ?? "",
  );
  return () => {
    for (const model of questions) blocks.until(poolOf("a", model), start);
  };
}

for (const [which, asked] of [
  ["ten models", 10],
  ["all models", 1_000],
] as const) {
  describe(`looking up the pools and blocks of ${which}`, () => {
    for (const count of [10, 1_000, 100_000]) {
      bench(`among ${count.toLocaleString("en-US")}`, askAmong(count, asked));
    }
  });
}
