import { gzipSync } from "node:zlib";
import type { Random } from "../fakes/random.ts";

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer | undefined;
}

/** Where requests are aimed at. */
export interface FuzzTarget {
  method: string;
  /** With parameters in braces. */
  path: string;
  parameters: readonly string[];
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "TRACE", "PURGE"];
const known = ["fake-read-key", "fake-ingest-key", "fake-ops-key"];
const names = ["claude-lan", "glm-main", "pushed", "agent-7", "model-a", "today", "7d", "session"];
const odd = [
  ...[
    "",
    "-",
    "0",
    "-1",
    "1e400",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    "__proto__",
    "constructor",
    "../../etc/passwd",
  ],
  ...[
    "%00",
    "%ff",
    "%E0%A4%A",
    "..%2f",
    "a;b",
    "*",
    "'; drop table",
    "<script>",
    "9".repeat(400),
    "ä".repeat(20),
  ],
  ...["2026-13-99", "2026-11-22..2020-01-01", "0001-01..9999-12", "1m", "\u{1f600}", " ", "x".repeat(3_000)],
];
const types = [
  ...[
    "application/json",
    "application/x-ndjson",
    "application/x-protobuf",
    "text/plain",
    "multipart/form-data",
  ],
  ...["application/json; charset=utf-16", "", "x".repeat(300), "application/*"],
];
const packings = ["gzip", "x-gzip", "br", "deflate", "identity", "gzip, gzip"];
const fields = [
  ...[
    "id",
    "at",
    "account",
    "model",
    "tokens",
    "input",
    "output",
    "user",
    "agent",
    "task",
    "ttl",
    "statusline",
  ],
  ...[
    "readings",
    "resourceLogs",
    "resourceMetrics",
    "scopeLogs",
    "logRecords",
    "headers",
    "retryAfter",
    "costUsd",
  ],
];
const bombs = [
  gzipSync(Buffer.alloc(8 * 1024 * 1024)),
  gzipSync(gzipSync(Buffer.alloc(4 * 1024 * 1024, "["))),
];

/** Requests that nobody should send, mostly to what there is. The same random numbers make the same requests. */
export function createFuzzer(random: Random, targets: readonly FuzzTarget[]): () => FuzzRequest {
  const maybe = <T>(probability: number, make: () => T): T[] => (random.chance(probability) ? [make()] : []);
  const bytes = (most: number) =>
    Buffer.from(Array.from({ length: random.whole(0, most) }, () => random.whole(0, 255)));
  const word = (): string => (random.chance(0.5) ? random.one(names) : random.one(odd));

  function value(depth: number): unknown {
    const makers: (() => unknown)[] = [
      word,
      () => random.one([null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, "2026-11-22T03:00:00Z", "fake", ""]),
      () => Array.from({ length: random.whole(0, 4) }, () => value(depth + 1)),
      () =>
        Object.fromEntries(
          Array.from({ length: random.whole(0, 6) }, () => [random.one(fields), value(depth + 1)]),
        ),
    ];
    return random.one(depth > 4 ? makers.slice(0, 2) : makers)();
  }

  function content(): Buffer {
    return random.one<() => Buffer>([
      () => Buffer.from(JSON.stringify(value(0)) ?? ""),
      () => Buffer.from(JSON.stringify({ id: `r${random.whole(0, 50)}`, account: word(), tokens: value(1) })),
      () =>
        Buffer.from(Array.from({ length: random.whole(0, 20) }, () => JSON.stringify(value(0))).join("\n")),
      () => bytes(400),
      () => Buffer.from("[".repeat(random.whole(1, 20_000))),
      () => Buffer.from(`{"a":`.repeat(random.whole(1, 5_000))),
      () => gzipSync(JSON.stringify(value(0)) ?? ""),
      () => gzipSync("[{}]").subarray(0, random.whole(1, 20)),
      () => random.one(bombs),
      () => Buffer.alloc(0),
    ])();
  }

  function mutated(path: string): string {
    return random.one<(path: string) => string>([
      (one) => one,
      (one) => one.toUpperCase(),
      (one) => `${one}/`,
      (one) => `/${one}`,
      (one) => one.slice(0, random.whole(1, one.length)),
      (one) => one.replace("/api", "/api/.."),
      (one) => `${one}${encodeURIComponent(word())}`,
      (one) => `${one}%`,
      (one) => `${one};x=${encodeURIComponent(word())}`,
    ])(path);
  }

  function query(parameters: readonly string[]): string {
    const pairs = Array.from({ length: random.whole(0, 3) }, () => {
      const name = random.chance(0.97) && parameters.length > 0 ? random.one(parameters) : word();
      return `${encodeURIComponent(name)}=${random.chance(0.9) ? encodeURIComponent(word()) : "%"}`;
    });
    return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  }

  return () => {
    const target = random.one(targets);
    const method = random.chance(0.8) ? target.method : random.one(methods);
    const filled = target.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(word()));
    const path = `${random.chance(0.75) ? filled : mutated(filled)}${query(target.parameters)}`;
    const hasBody = !["GET", "HEAD", "TRACE"].includes(method) || random.chance(0.05);
    const key = random.chance(0.95)
      ? random.one(["fake-ops-key", "fake-ops-key", ...known])
      : `fake-wrong-${random.whole(0, 9)}`;
    const headers = [
      ...maybe(0.95, () => ["authorization", `${random.chance(0.97) ? "Bearer" : "Basic"} ${key}`]),
      ...maybe(0.7, () => ["content-type", random.chance(0.5) ? "application/json" : random.one(types)]),
      ...maybe(0.2, () => ["content-encoding", random.one(packings)]),
      ...maybe(0.1, () => ["last-event-id", encodeURIComponent(word())]),
      ...maybe(0.05, () => [`x-${random.one(fields).toLowerCase()}`, "y".repeat(random.whole(0, 6_000))]),
      ...maybe(0.05, () => ["accept", random.one(types)]),
      ...maybe(0.03, () => ["range", "bytes=0-1"]),
      ...maybe(0.03, () => ["host", random.one(["elsewhere.example", "a:1", "[::1]"])]),
    ];
    return { method, path, headers: Object.fromEntries(headers), body: hasBody ? content() : undefined };
  };
}
