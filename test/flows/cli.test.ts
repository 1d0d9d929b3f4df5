import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ProviderServer, startProviderServer } from "../fakes/provider-server.ts";
import { createFolder, run } from "./program.ts";

let server: ProviderServer;
let folder: Awaited<ReturnType<typeof createFolder>>;

const limits = (percentage: number, reset = 1_795_400_000_000) => ({
  body: {
    code: 200,
    success: true,
    data: {
      level: "pro",
      limits: [{ type: "TOKENS_LIMIT", unit: 3, number: 5, percentage, nextResetTime: reset }],
    },
  },
});

function config(more = ""): string {
  return `
timezone: UTC
accounts:
  - id: glm-main
    provider: zai
    label: GLM
    acceptUnofficial: true
    credentials: { apiKey: fake-zai-key-123 }
    baseUrl: ${server.url}
${more}`;
}

beforeEach(async () => {
  server = await startProviderServer();
  folder = await createFolder(config());
});
afterEach(async () => {
  await server.close();
  await folder.remove();
});

describe("quota list --json", () => {
  it("prints the numbers of every account, with windows, binding and resets", async () => {
    server.answer(({ path }) => (path.includes("quota/limit") ? limits(17) : { status: 404 }));
    const { output, errors, code } = await run(["quota", "list", "--json"], { cwd: folder.path });
    expect(errors).toBe("");
    expect(code).toBe(0);
    const { accounts } = JSON.parse(output);
    expect(accounts).toEqual([
      {
        account: "glm-main",
        provider: "zai",
        label: "GLM",
        plan: "Pro",
        state: "ok",
        message: null,
        fetchedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        source: "read",
        reportedBy: null,
        stale: false,
        retryAt: null,
        readings: [
          {
            kind: "quota",
            id: "session",
            label: "5-hour",
            windowSeconds: 18_000,
            scope: null,
            unit: "percent",
            used: 17,
            limit: 100,
            usedPercent: 17,
            remainingPercent: 83,
            resetsAt: new Date(1_795_400_000_000).toISOString().replace(".000Z", "Z"),
            binding: true,
            burnRate: expect.toBeOneOf([null, expect.any(Object)]),
            runsOutAt: null,
            counted: null,
          },
        ],
      },
    ]);
  });

  it("does not ask again within the provider's floor, even with --fresh and from a new process", async () => {
    server.answer(() => limits(17));
    await run(["quota", "list", "--json"], { cwd: folder.path });
    const asked = server.requests.length;
    const { output } = await run(["quota", "list", "--json", "--fresh"], { cwd: folder.path });
    expect(server.requests).toHaveLength(asked);
    expect(JSON.parse(output).accounts[0].readings[0].used).toBe(17);
  });

  it("gives a failing account a state and a reason, without its secret", async () => {
    server.answer(() => ({ status: 401, body: { error: "bad key fake-zai-key-123" } }));
    const { output, code } = await run(["quota", "list", "--json"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(output).not.toContain("fake-zai-key");
    expect(JSON.parse(output).accounts[0]).toMatchObject({
      state: "auth_expired",
      readings: [],
      fetchedAt: null,
    });
  });
});

describe("the command line", () => {
  it("prints a table, one account's details and the resets for people", async () => {
    server.answer(({ path }) => (path.includes("quota/limit") ? limits(97) : { status: 404 }));
    const list = await run(["quota", "list"], { cwd: folder.path });
    expect(list.output).toMatch(/! {2}GLM +█░{9} {2}3% left +5-hour/);
    expect((await run(["quota", "show", "glm"], { cwd: folder.path })).output).toContain("Plan          Pro");
    expect((await run(["quota", "resets", "--json"], { cwd: folder.path })).output).toContain('"resetsAt"');
  });

  it("tells an unknown account with the nearest one, and ends with 2", async () => {
    const { errors, code } = await run(["quota", "list", "--account", "glm-mian"], { cwd: folder.path });
    expect(errors).toBe('No account fits "glm-mian". Did you mean "glm-main"?\n');
    expect(code).toBe(2);
  });

  it.each([
    [["quota", "lst"]],
    [["quota", "list", "--jsn"]],
    [["quota", "show"]],
    [["quota", "monitor", "--interval", "1s"]],
  ])("ends %j with 2 and says what there is", async (args) => {
    const { errors, code } = await run(args, { cwd: folder.path });
    expect(code).toBe(2);
    expect(errors).not.toBe("");
    expect(errors).not.toContain("    at ");
  });

  it("says how to begin when there is no configuration, and ends with 78", async () => {
    const empty = await createFolder();
    const { errors, code } = await run(["quota", "list"], { cwd: empty.path });
    expect(errors).toContain("There is no configuration.");
    expect(code).toBe(78);
    await empty.remove();
  });

  it("lists every problem of a configuration at once, with its place and no secret, and ends with 78", async () => {
    const broken = await createFolder(
      `${config("  - { id: glm-main, provider: zai, acceptUnofficial: true, credentials: { apiKey: fake-zai-key-123 } }")}
acounts: []
discord: { token: "\${A}" }
`,
    );
    const environment = { A: "$" + "{B}", B: "$" + "{A}" };
    for (const args of [["quota", "list", "--json"], ["start"]]) {
      const { output, errors, code } = await run(args, { cwd: broken.path, environment });
      expect(code).toBe(78);
      expect(output).toBe("");
      expect(errors).toMatch(/quotabot\.yml:\d+:\d+ .*glm-main/);
      expect(errors).toContain("accounts");
      expect(errors).toMatch(/A.*B.*A/);
      expect(errors).not.toContain("fake-zai-key");
      expect(errors).not.toContain("    at ");
    }
    await broken.remove();
  });
});
