import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/domain/message.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Channel } from "../../src/core/ports.ts";
import type { AccountReader } from "../../src/core/services/read-quotas.ts";
import { account, start } from "../fakes/core.ts";
import { createMetricsHouse } from "./house.ts";

describe("usage", () => {
  it("is counted as it is recorded, money that is billed apart from list value and from what nobody knows", async () => {
    const { series, records } = createMetricsHouse();
    await records([
      { tokens: { input: 100, output: 20 }, costMicros: 1_500_000 },
      { tokens: { input: 1, cacheRead: 9 }, costMicros: 250_000, costBasis: "reported", outcome: "timeout" },
      { account: "over-limit", costMicros: 70_000, costBasis: "included", billing: "subscription" },
      { account: "over-limit", costBasis: "unpriced", requests: 0 },
    ]);
    const glm = 'account="claude-lan",model="glm-4.7"';
    expect(await series("quotabot_usage_tokens_total")).toEqual([
      `quotabot_usage_tokens_total{${glm},class="input"} 101`,
      `quotabot_usage_tokens_total{${glm},class="output"} 20`,
      `quotabot_usage_tokens_total{${glm},class="cache_read"} 9`,
    ]);
    expect(await series("quotabot_usage_requests_total")).toEqual([
      `quotabot_usage_requests_total{${glm},outcome="ok"} 1`,
      `quotabot_usage_requests_total{${glm},outcome="error"} 1`,
      'quotabot_usage_requests_total{account="over-limit",model="glm-4.7",outcome="ok"} 1',
    ]);
    expect(await series("quotabot_usage_cost_dollars_total")).toEqual([
      'quotabot_usage_cost_dollars_total{account="claude-lan",billing="paid"} 1.75',
    ]);
    expect(await series("quotabot_usage_list_value_dollars_total")).toEqual([
      'quotabot_usage_list_value_dollars_total{account="over-limit",billing="subscription"} 0.07',
    ]);
    expect(await series("quotabot_usage_unpriced_total")).toEqual([
      'quotabot_usage_unpriced_total{account="over-limit"} 1',
    ]);
  });

  it("never falls, on the next day neither", async () => {
    const { series, records, clock } = createMetricsHouse();
    await records([{ tokens: { input: 5 } }]);
    clock.advance(86_400_000);
    await records([{ day: "2026-11-23", at: start + 86_400_000, tokens: { input: 2 } }]);
    expect(await series("quotabot_usage_tokens_total")).toEqual([
      'quotabot_usage_tokens_total{account="claude-lan",model="glm-4.7",class="input"} 7',
    ]);
  });

  it("gives a label to those models that come first, later to those most used, and bounds how many there are", async () => {
    const { series, records } = createMetricsHouse();
    const call = (model: string, input = 1) => ({ model, tokens: { input } });
    await records(Array.from({ length: 50 }, (_, index) => call(`early-${index}`)));
    await records([call("late", 1_000), call("x".repeat(101))]);
    const ofOther = 'quotabot_usage_tokens_total{account="claude-lan",model="other",class="input"}';
    const before = await series("quotabot_usage_tokens_total");
    expect([before.length, before.at(-1)]).toEqual([51, `${ofOther} 1001`]);
    await records([call("late", 7)]);
    for (let index = 0; index < 200; index += 1) await records([call(`rare-${index}`)]);
    const after = await series("quotabot_usage_tokens_total");
    expect(after).toContain('quotabot_usage_tokens_total{account="claude-lan",model="late",class="input"} 7');
    expect(after).toContain(`${ofOther} 1201`);
    expect(after).toHaveLength(52);
  });

  it("bounds how many pairs of account and model there are", async () => {
    const { series, records } = createMetricsHouse();
    const calls = Array.from({ length: 60 }, (_, account) =>
      Array.from({ length: 50 }, (_, model) => ({
        ...{ account: `a-${account}`, model: `m-${model}`, tokens: { input: 1 } },
      })),
    );
    await records(calls.flat());
    expect(await series("quotabot_usage_tokens_total")).toHaveLength(2_000 + 20);
  });
});

describe("reads", () => {
  it("are counted by provider and what came of them, with how long they took", async () => {
    const { series, live } = createMetricsHouse();
    await live();
    expect((await series("quotabot_provider_reads_total")).sort()).toEqual([
      'quotabot_provider_reads_total{provider="acme",outcome="ok"} 3',
      'quotabot_provider_reads_total{provider="acme",outcome="provider_auth_rejected"} 1',
    ]);
    expect(await series("quotabot_provider_read_duration_seconds_count")).toEqual([
      'quotabot_provider_read_duration_seconds_count{provider="acme"} 4',
    ]);
  });

  it("count once when they are given up, however late the provider answers", async () => {
    const { series, meters } = createMetricsHouse();
    const reader = meters.watchReader<Pick<AccountReader, "read">>({
      async read() {
        abort.abort(new AppError("provider_unreachable", "Too late."));
        return { readings: [] };
      },
    });
    const abort = new AbortController();
    await reader.read(account("slow"), abort.signal);
    expect(await series("quotabot_provider_reads_total")).toEqual([
      'quotabot_provider_reads_total{provider="acme",outcome="provider_unreachable"} 1',
    ]);
  });
});

describe("deliveries", () => {
  it("are counted by kind of channel, and what came of them", async () => {
    const { series, meters } = createMetricsHouse();
    const faults = [new AppError("delivery_failed", "Away."), new AppError("delivery_refused", "No.")];
    const channel = meters.watchChannel({
      id: "webhook:ops",
      async post() {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        return "posted";
      },
      edit: async () => {},
    });
    const message: Message = { title: "Hello", tone: "neutral", blocks: [] };
    await expect(channel.post(message)).rejects.toThrow("Away.");
    await expect(channel.post(message)).rejects.toThrow("No.");
    expect(await channel.post(message)).toBe("posted");
    await channel.edit?.("posted", message);
    expect(await series("quotabot_deliveries_total")).toEqual([
      'quotabot_deliveries_total{channel="webhook",action="post",outcome="failed"} 1',
      'quotabot_deliveries_total{channel="webhook",action="post",outcome="refused"} 1',
      'quotabot_deliveries_total{channel="webhook",action="post",outcome="ok"} 1',
      'quotabot_deliveries_total{channel="webhook",action="edit",outcome="ok"} 1',
    ]);
  });

  it("leave a channel as able as it was", () => {
    const { meters } = createMetricsHouse();
    const plain: Channel = { id: "terminal", post: async () => "1" };
    expect(Object.keys(meters.watchChannel(plain))).toEqual(["id", "post"]);
    const find = async () => "1";
    expect(meters.watchChannel({ ...plain, find }).find).toBe(find);
  });
});

it("counts requests by the pattern of their route, and strange methods as others", async () => {
  const { series, metrics } = createMetricsHouse();
  const request = { route: "/api/v1/quota", status: 200, seconds: 0.002 };
  metrics.observeRequest({ ...request, method: "GET" });
  metrics.observeRequest({ ...request, method: "BREW" });
  metrics.observeRequest({ ...request, method: "TEA", seconds: 0.3 });
  expect(await series("quotabot_http_requests_total")).toEqual([
    'quotabot_http_requests_total{route="/api/v1/quota",method="GET",status="200"} 1',
    'quotabot_http_requests_total{route="/api/v1/quota",method="other",status="200"} 2',
  ]);
  expect(await series("quotabot_http_request_duration_seconds_bucket")).toContain(
    'quotabot_http_request_duration_seconds_bucket{le="0.25",route="/api/v1/quota",method="other"} 1',
  );
});
