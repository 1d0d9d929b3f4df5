import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, bench, describe } from "vitest";

// `GET /api/v1/quota` with 50 and 1,000 accounts against a bare hono route that returns the same bytes: how many times slower
// the bot is stands at the end of each report, and the ratios of requests a second and of the 99th percentile before it.

const programs = join(import.meta.dirname, "quota");
const clients = 16;
const servers: ChildProcess[] = [];

afterAll(() => {
  for (const server of servers) server.kill();
});

/** Starts a server and tells its port. */
async function started(name: "bare" | "bot", argument: string): Promise<string> {
  const server = spawn(process.execPath, [join(programs, `${name}.mjs`), argument], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  for await (const port of createInterface({ input: server.stdout })) return port;
  throw new Error(`${name} did not start.`);
}

interface Load {
  perSecond: number;
  p99: number;
}

async function load(port: string, requests: number): Promise<Load> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[join(programs, "load.mjs"), port, `${clients}`, `${requests}`],
  ]);
  return JSON.parse(stdout);
}

function median(loads: readonly Load[], of: keyof Load): number {
  const numbers = loads.map((one) => one[of]).sort((a, b) => a - b);
  return numbers[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const some = { iterations: 5, time: 0, warmupIterations: 1, warmupTime: 0 };

for (const [accounts, requests] of [
  [50, 10_000],
  [1_000, 1_500],
] as const) {
  const bot = await started("bot", `${accounts}`);
  const bare = await started("bare", bot);
  const loads = { bare: [] as Load[], bot: [] as Load[] };

  describe(`${clients} clients ask ${requests} times about ${accounts} accounts`, () => {
    const ratio = (of: keyof Load) => (median(loads.bot, of) / median(loads.bare, of)).toFixed(2);
    function tell(): void {
      console.info(
        `${accounts} accounts: ${ratio("perSecond")} of a bare route's ${Math.round(median(loads.bare, "perSecond"))} ` +
          `requests a second; p99 ${ratio("p99")} times its ${median(loads.bare, "p99").toFixed(1)} ms`,
      );
    }
    bench("a bare hono route", async () => void loads.bare.push(await load(bare, requests)), some);
    bench("the bot", async () => void loads.bot.push(await load(bot, requests)), {
      ...some,
      teardown: (_, mode) => (mode === "run" ? tell() : undefined),
    });
  });
}
