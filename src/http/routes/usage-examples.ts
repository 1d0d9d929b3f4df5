const figures = {
  requests: 1045,
  successRate: 0.985,
  tokens: {
    input: 4110000,
    output: 850000,
    cacheRead: 41000000,
    cacheWrite: 2900000,
    reasoning: 55000,
    total: 48915000,
    estimated: 12000,
  },
  audioSeconds: 0,
  cost: { billedUsd: 4.201337, includedUsd: 31.04, freeUsd: 0, unpriced: 2 },
  meanMs: 7100,
  p95Ms: 23100,
};

/** Examples of answers about usage, for documents. */
export const usageExample = {
  at: "2026-11-22T03:00:00Z",
  period: { name: "7d", from: "2026-11-16", to: "2026-11-22" },
  by: "model",
  total: figures,
  rows: [{ model: "glm-4.7", ...figures }],
  peakHours: [14, 9, 15],
  missing: [],
};

export const costExample = {
  at: "2026-11-22T03:00:00Z",
  period: { name: "month", from: "2026-11-01", to: "2026-11-22" },
  total: figures,
  byBilling: [{ billing: "paid", ...figures }],
  models: [{ model: "glm-4.7", ...figures }],
  unpricedModels: ["nova-3", null],
  users: [{ user: "lan@example.org", ...figures }],
  accounts: [{ account: "glm-main", ...figures }],
  monthToDate: figures,
  projection: { until: "2026-11-30", usd: 61, basis: { days: 7, daysWithUse: 5 } },
  budgets: [
    {
      id: "monthly",
      period: "month",
      from: "2026-11-01",
      to: "2026-11-30",
      limitUsd: 150,
      usedUsd: 43.5,
      projectedUsd: 61,
    },
  ],
  missing: [],
};

export const recordsExample = {
  records: [
    {
      id: "req_01",
      at: "2026-11-22T03:00:00Z",
      day: "2026-11-22",
      account: "glm-main",
      provider: "acme",
      model: "glm-4.7",
      user: "lan@example.org",
      agent: "agent-7",
      operation: "translate",
      task: "code_review",
      combo: null,
      requests: 1,
      tokens: { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
      estimated: false,
      audioSeconds: 0,
      costUsd: 0.00262,
      costBasis: "priced",
      billing: "paid",
      durationMs: 3200,
      outcome: "ok",
      source: "api",
    },
  ],
  cursor: null,
};

/** A usage record as it is reported. */
export const recordExample = {
  id: "req_01",
  at: "2026-11-22T03:00:00Z",
  account: "glm-main",
  model: "glm-4.7",
  user: "lan@example.org",
  tokens: { input: 1250, output: 850 },
  durationMs: 3200,
  outcome: "ok",
};
