/** Examples of answers about quotas, for documents. */
export const quotaExample = {
  at: "2026-11-22T03:00:00Z",
  accounts: [
    {
      account: "glm-main",
      provider: "acme",
      label: "glm-main",
      plan: "Max",
      state: "ok",
      message: null,
      fetchedAt: "2026-11-22T02:58:00Z",
      source: "read",
      reportedBy: null,
      stale: false,
      retryAt: null,
      readings: [
        {
          kind: "quota",
          id: "session",
          label: "5-hour",
          windowSeconds: 18000,
          scope: null,
          unit: "percent",
          used: 37,
          limit: 100,
          usedPercent: 37,
          remainingPercent: 63,
          resetsAt: "2026-11-22T05:00:00Z",
          binding: true,
          counted: null,
          burnRate: { perHour: 12.5, basis: "recent", measuredOverSeconds: 3600, samples: 5 },
          runsOutAt: null,
        },
        { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 10 },
      ],
    },
  ],
};

export const historyExample = {
  account: "glm-main",
  reading: "session",
  from: "2026-11-21T03:00:00Z",
  to: "2026-11-22T03:00:00Z",
  samples: [
    {
      reading: "session",
      kind: "quota",
      at: "2026-11-22T02:58:00Z",
      value: 37,
      limit: 100,
      resetsAt: "2026-11-22T05:00:00Z",
    },
  ],
};
