import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../fakes/free-port.ts";

const tool = "promtool";

export const isInstalled = ["prometheus", tool].every(
  (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0,
);

/** Runs promtool; what it says and how it ends. */
export function promtool(args: readonly string[], input = ""): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(tool, args, { input, encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

/**
 * Runs a server in its folder until the input ends, which comes whatever ends the process that started this; a minute at the
 * longest. The folder goes with it.
 */
const keeper = `
  folder=$1 port=$2
  timeout 60 prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --web.listen-address="127.0.0.1:$port" --log.level=warn > "$folder/log" 2>&1 &
  server=$!
  read -r _
  kill "$server"
  wait "$server"
  rm -rf "$folder"
`;

/**
 * A Prometheus of its own with this configuration, whose files lie in a folder with it, until the test ends.
 * @param files by name
 */
export async function startPrometheus(config: object, files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-prometheus-"));
  for (const [name, text] of Object.entries({ ...files, "prometheus.yml": stringify(config) })) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  const port = await freePort();
  const child = spawn("sh", ["-c", keeper, "keeper", folder, String(port)], {
    cwd: folder,
    // Not to be ended by the Ctrl-C that ends the tests: it has to clean up.
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const ask = async (path: string) => await fetch(`http://127.0.0.1:${port}${path}`);
  for (let tries = 0; !(await ask("/-/ready").catch(() => undefined))?.ok; tries += 1) {
    if (tries > 300) throw new Error("Prometheus does not start.");
    await sleep(100);
  }
  return {
    folder,
    /** What an expression comes to: labels without those of the scrape, and the value. */
    async query(expression: string): Promise<[labels: Record<string, string>, value: number][]> {
      const response = await ask(`/api/v1/query?${new URLSearchParams({ query: expression })}`);
      const answer = (await response.json()) as Answer;
      if (answer.status !== "success") throw new Error(`${answer.error} in ${expression}`);
      return answer.data.result.map(({ metric, value: [, value] }) => {
        const { __name__, job, instance, ...labels } = metric;
        return [labels, Number(value)];
      });
    },
    /** What is alerted, by name. */
    async rules(): Promise<{ name: string; health: string }[]> {
      const response = await ask("/api/v1/rules");
      const { data } = (await response.json()) as {
        data: { groups: { rules: { name: string; health: string }[] }[] };
      };
      return data.groups.flatMap(({ rules }) => rules.map(({ name, health }) => ({ name, health })));
    },
  };
}

interface Answer {
  status: string;
  error?: string | undefined;
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}
