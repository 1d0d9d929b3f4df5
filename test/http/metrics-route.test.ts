import { expect, it } from "vitest";
import { createMetricsHouse } from "../metrics/house.ts";
import { readKey, serveMetrics } from "../metrics/serving.ts";

async function running() {
  const house = createMetricsHouse();
  await house.live();
  const url = await serveMetrics(house.metrics);
  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${readKey}` }, ...init });
  return { ...house, url, get };
}

it("tells the metrics to callers with a key, as text that nobody keeps", async () => {
  const { get } = await running();
  const response = await get("/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.text()).toContain('\nquotabot_quota_left_ratio{account="claude-lan"');
  expect((await get("/metrics", { headers: {} })).status).toBe(401);
});

it("minds no parameters that scrapers bring", async () => {
  const { get } = await running();
  expect((await get("/metrics?collect[]=accounts&x=1")).status).toBe(200);
});

it("counts every request by the pattern of its route, whatever came of it, and never by what was written", async () => {
  const { get, metrics, series } = await running();
  const statuses: number[] = [];
  for (const path of ["/agents/lan@example.org", "/agents/b", "/nowhere/lan@example.org"]) {
    statuses.push((await get(path)).status);
  }
  statuses.push((await get("/metrics")).status, (await get("/metrics", { method: "HEAD" })).status);
  statuses.push((await get("/metrics", { headers: {} })).status);
  expect(statuses).toEqual([404, 404, 404, 200, 200, 401]);
  expect((await series("quotabot_http_requests_total")).sort()).toEqual([
    'quotabot_http_requests_total{route="/agents/:agent",method="GET",status="404"} 2',
    'quotabot_http_requests_total{route="/api/v1/quota",method="GET",status="200"} 1',
    'quotabot_http_requests_total{route="/metrics",method="GET",status="200"} 1',
    'quotabot_http_requests_total{route="/metrics",method="GET",status="401"} 1',
    'quotabot_http_requests_total{route="/metrics",method="HEAD",status="200"} 1',
    'quotabot_http_requests_total{route="none",method="GET",status="404"} 1',
  ]);
  expect(await metrics.text()).not.toContain("lan@example.org");
});
