import { AppError } from "../../src/core/errors.ts";
import { createAcceptSnapshots } from "../../src/core/services/accept-snapshot.ts";
import type { HttpKey } from "../../src/http/keys.ts";
import { parsePushedSnapshot } from "../../src/ingest/pushed-snapshot.ts";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

export const keys: readonly HttpKey[] = [
  { name: "grafana", key: "fake-read-key", scopes: ["read"] },
  { name: "claude-code", key: "fake-ingest-key", scopes: ["ingest"] },
  { name: "ops", key: "fake-ops-key", scopes: ["read", "ingest", "admin"] },
];

/** What the HTTP interface is made of, over a core with three accounts, the last of which is only pushed. */
export function createParts(read: () => Promise<{ readings: [] }> = async () => ({ readings: [] })) {
  const accounts = [
    account("claude-lan"),
    account("glm-main", { provider: "zmac" }),
    account("pushed", { push: true }),
  ];
  const house = createQuotaHouse({
    accounts,
    read: async (one) => ({ ...(await read()), readings: one.id === "glm-main" ? [] : [quota()] }),
  });
  const { accept } = createAcceptSnapshots({
    ...house,
    accounts,
    statusLine: () => undefined,
    nameUser: (user) => user,
  });
  return {
    ...house,
    accounts,
    keys,
    acceptSnapshot: async (body: unknown) => {
      if (JSON.stringify(body).includes("break")) throw new Error("secret of the inside");
      if (JSON.stringify(body).includes("disk")) throw new AppError("store_unavailable", "The disk is full.");
      return await accept(parsePushedSnapshot(body));
    },
  };
}

export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
