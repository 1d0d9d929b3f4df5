import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { createStoreCheck } from "../../src/core/services/store-check.ts";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { openPostgresStore } from "../../src/stores/postgres.ts";
import { createManualClock } from "../fakes/core.ts";
import { findPostgres } from "../fakes/postgres.ts";
import { recordingLog, temporaryFolder } from "./parts.ts";

const postgres = await findPostgres();
afterAll(() => postgres?.close());
const log = recordingLog();

describe("whether the store can be written, as it is really tried", () => {
  it("is no while the data folder is away, and yes when it is back", async () => {
    const folder = join(await temporaryFolder(), "data");
    const clock = createManualClock();
    const store = await openLowdbStore({ folder, log, clock });
    onTestFinished(() => store.close());
    const { check } = createStoreCheck({ store, clock });
    await check();
    await rename(folder, `${folder}.away`);
    clock.advance(30_000);
    await expect(check()).rejects.toMatchObject({ code: "store_unavailable" });
    await rename(`${folder}.away`, folder);
    clock.advance(30_000);
    await check();
  });

  it.skipIf(postgres?.stop === undefined)(
    "is no while Postgres is down, and yes when it is back",
    async () => {
      const { url } = (await postgres?.empty()) ?? { url: "" };
      const clock = createManualClock();
      const store = await openPostgresStore({ url, log });
      onTestFinished(() => store.close());
      const { check } = createStoreCheck({ store, clock });
      await check();
      await postgres?.stop?.("told");
      clock.advance(30_000);
      await expect(check()).rejects.toMatchObject({ code: "store_unavailable" });
      await postgres?.start?.();
      clock.advance(30_000);
      await check();
    },
  );
});
