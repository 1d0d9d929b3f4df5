/** Examples of what agents send and are answered, for documents. */
export const estimateExample = {
  task: "code_review",
  tokens: 18720,
  input: 14040,
  output: 4680,
  basis: "default",
  factors: { files: 1.2, complexity: 1.5, conservative: 1.3 },
  priority: "normal",
};

export const requestExample = {
  agent: "agent-7",
  account: "glm-main",
  model: "glm-4.7",
  tokens: 9600,
  id: "task-4711",
};

const allocation = {
  id: "9rT2cVbq0wXk",
  agent: "agent-7",
  account: "glm-main",
  provider: "acme",
  model: "glm-4.7",
  combo: null,
  task: null,
  request: "task-4711",
  priority: "normal",
  tokens: 9600,
  used: 0,
  unused: 9600,
  overage: 0,
  lent: 0,
  createdAt: "2026-11-22T03:00:00.000Z",
  expiresAt: "2026-11-22T07:00:00.000Z",
};

export const grantedExample = {
  ...allocation,
  estimate: null,
  capacity: { free: 990400, window: "daily", basis: "counted", resetsAt: "2026-11-23T00:00:00.000Z" },
};

const shortMessage = "glm-main has 12,000 of 15,000 tokens free (daily).";

export const refusedExample = {
  error: {
    code: "insufficient_quota",
    message: shortMessage,
    accounts: [
      {
        account: "glm-main",
        reason: "quota",
        message: shortMessage,
        free: 12000,
        window: "daily",
        basis: "counted",
        resetsAt: "2026-11-23T00:00:00.000Z",
      },
    ],
    estimate: null,
  },
};

export const allocationExample = {
  list: { at: "2026-11-22T03:00:00.000Z", allocations: [allocation] },
  released: { released: [allocation] },
};

export const useExample = {
  body: { id: "req_01", tokens: { input: 5200, output: 1900 }, durationMs: 3200 },
  answer: {
    record: "9rT2cVbq0wXk:req_01",
    duplicate: false,
    state: "active",
    overage: 0,
    allocation: { ...allocation, used: 7100, unused: 2500 },
    endedAt: null,
    message: null,
  },
};
