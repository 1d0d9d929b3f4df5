import { Agent, type IncomingMessage, request } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, onTestFinished } from "vitest";
import { createRandom } from "../fakes/random.ts";
import { createFuzzer, type FuzzRequest, type FuzzTarget } from "./fuzz-requests.ts";
import { running } from "./running.ts";

/** FUZZ=10000 sends so many, SEED=… others. */
const number = Number(process.env.FUZZ ?? 2_000);
const seed = Number(process.env.SEED ?? 22);
const atATime = 20;
const milliseconds = Math.max(25_000, number * 12);

/** Of the document about the routes. */
interface Operation {
  parameters?: { in: string; name: string }[];
}

interface Answer {
  status: number;
  type: string;
  text: string;
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** What is in use once everything that can be is given back. */
function memory(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The answer; of one that never ends, its beginning. */
function send(url: string, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path, headers, agent }, (answer: IncomingMessage) => {
      let text = "";
      const type = answer.headers["content-type"] ?? "";
      const done = () => resolve({ status: answer.statusCode ?? 0, type, text });
      answer.on("data", (data) => {
        text += data;
        if (!type.startsWith("text/event-stream")) return;
        done();
        sent.destroy();
      });
      answer.on("end", done);
      answer.on("close", done);
      answer.on("error", () => {});
    });
    sent.on("error", reject);
    if (body !== undefined) sent.setHeader("content-length", body.length);
    sent.end(body);
  });
}

/** What is wrong with an answer. */
function faultOf({ method }: FuzzRequest, { status, type, text }: Answer): string | undefined {
  if (status >= 500 && status !== 503) return "failed";
  if (/fake-(read|ingest|ops|wrong)/.test(text)) return "tells a key";
  if (status === 204 || method === "HEAD") return undefined;
  if (status >= 400) {
    const { error } = type === "application/json" ? JSON.parse(text) : {};
    const isFailure = typeof error?.code === "string" && error.message !== "" && /^\w+$/.test(error.code);
    return isFailure ? undefined : "is no failure in the usual shape";
  }
  if (type === "application/json") JSON.parse(text);
  const usual = /^(application\/(json|x-protobuf|protobuf)|text\/(event-stream|plain|html))(;|$)/;
  return usual.test(type) ? undefined : "is of no usual type";
}

it(
  `answers ${number} requests that nobody should send, without a failure, a leak or a hang`,
  async () => {
    const { url, log, get } = await running();
    const document = (await get("/openapi.json")).body;
    const targets = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => ["get", "post", "put", "patch", "delete"].includes(method))
        .map(([method, { parameters = [] }]): FuzzTarget => {
          const inQuery = parameters.filter((parameter) => parameter.in === "query");
          return { method: method.toUpperCase(), path, parameters: inQuery.map(({ name }) => name) };
        }),
    );
    expect(targets.length).toBeGreaterThan(15);
    const agent = new Agent({ keepAlive: true, maxSockets: atATime });
    onTestFinished(() => agent.destroy());
    const next = createFuzzer(createRandom(seed), targets);
    const until = performance.now() + milliseconds;
    const faults: object[] = [];
    const statuses = new Map<number, number>();
    let sent = 0;

    async function sendSome(upTo: number): Promise<void> {
      while (sent < upTo && faults.length < 5 && performance.now() < until) {
        sent += 1;
        const fuzz = next();
        try {
          const answer = await send(url, agent, fuzz);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const fault = faultOf(fuzz, answer);
          if (fault !== undefined) faults.push({ fault, ...fuzz, ...answer });
        } catch (error) {
          // The server hangs up where it leaves a body unread.
          const { code } = error as NodeJS.ErrnoException;
          if (code !== "ECONNRESET" && code !== "EPIPE") faults.push({ fault: String(error), ...fuzz });
        }
      }
    }
    const sendUpTo = (upTo: number) => Promise.all(Array.from({ length: atATime }, () => sendSome(upTo)));

    await sendUpTo(Math.floor(number / 4));
    const before = memory();
    await sendUpTo(number);
    const grown = memory() - before;
    expect(faults).toEqual([]);
    expect(sent).toBeGreaterThan(number / 4);
    // Some got through, and some of all that is refused was.
    expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 405, 415]));
    expect(
      log.lines.filter(({ level, message }) => level === "error" && /not foreseen/.test(message)),
    ).toEqual([]);
    expect(JSON.stringify(log.lines)).not.toMatch(/fake-(read|ingest|ops|wrong)/);
    // Records that were taken stay in memory here, and the log is kept.
    expect(grown).toBeLessThan(48 * 1024 * 1024);
    if (process.env.FUZZ !== undefined) console.info({ sent, grown, statuses: Object.fromEntries(statuses) });
    expect(await get("/healthz")).toMatchObject({ status: 200 });
    expect(await get("/api/v1/quota")).toMatchObject({ status: 200 });
  },
  2 * milliseconds,
);
