import { appendFile, cp, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Transform } from "node:stream";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions } from "../../src/cli/session.ts";
import { createLogPrograms } from "../../src/ingest/session-logs/programs.ts";
import { createManualClock } from "../fakes/core.ts";

const fixtures = join(import.meta.dirname, "../fixtures/session-logs");

export interface SentRecord {
  id: string;
  at: string;
  model?: string;
  tokens: Record<string, number>;
}

/** What the bot does instead of taking records, once. */
export interface Refusal {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A bot that keeps each id once, and before that refuses as often as it is told to. */
export async function startBot() {
  const records = new Map<string, SentRecord>();
  const requests: { path: string; authorization: string | undefined; text: string; size: number }[] = [];
  const refusals: Refusal[] = [];
  const rejected = new Set<string>();

  function take(sent: readonly SentRecord[]) {
    const answer = { accepted: 0, duplicates: 0, rejected: [] as { index: number; message: string }[] };
    for (const [index, record] of sent.entries()) {
      if (rejected.has(record.id)) answer.rejected.push({ index, message: "at: is not a time." });
      else if (records.has(record.id)) answer.duplicates += 1;
      else {
        records.set(record.id, record);
        answer.accepted += 1;
      }
    }
    return answer;
  }

  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const sent = JSON.parse(text) as SentRecord[];
      const { authorization } = request.headers;
      requests.push({ path: request.url ?? "", authorization, text, size: sent.length });
      const refusal = refusals.shift();
      response.writeHead(refusal?.status ?? 200, refusal?.headers);
      response.end(JSON.stringify(refusal === undefined ? take(sent) : (refusal.body ?? {})));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, records, requests, refusals, rejected };
}

/** A machine with logs, on which `report logs` can be run again and again. */
export async function setUpMachine(url: string) {
  const home = await mkdtemp(join(tmpdir(), "quotabot-logs-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const clock = createManualClock();
  const memory = join(home, ".local/state/quotabot");
  const at = (path: string) => join(home, path);

  /** Files were changed when the clock says so. */
  async function touch(path: string): Promise<void> {
    const seconds = clock.now() / 1000;
    await utimes(at(path), seconds, seconds);
  }

  return {
    home,
    clock,
    memory,
    at,
    touch,
    async write(path: string, text: string): Promise<void> {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), text);
      await touch(path);
    },
    async append(path: string, text: string): Promise<void> {
      await appendFile(at(path), text);
      await touch(path);
    },
    /** Puts the recorded logs of both programs where they belong. */
    async putFixtures(): Promise<void> {
      await cp(join(fixtures, "claude-code"), at(".claude/projects"), { recursive: true });
      await cp(join(fixtures, "codex"), at(".codex"), { recursive: true });
      for (const path of await readdir(home, { recursive: true })) {
        if ((await stat(at(path))).isFile()) await touch(path);
      }
    },
    async run(
      args: readonly string[] = [],
      options: {
        key?: string | undefined;
        patience?: number;
        unpack?: () => Transform;
        terminal?: boolean;
      } = {},
    ) {
      const output: string[] = [];
      const errors: string[] = [];
      const cli = {
        version: "0",
        output: { write: (text: string) => output.push(text) > 0 },
        errors: { isTTY: options.terminal, write: (text: string) => errors.push(text) > 0 },
        reporting: {
          url,
          key: "key" in options ? options.key : "fake-ingest-key",
          clock,
          logs: {
            programs: createLogPrograms({ environment: {}, home }),
            memory,
            patience: options.patience ?? 60_000,
            unpack: options.unpack,
          },
        },
      };
      const code = await runCli(cli as unknown as CliOptions, ["report", "logs", ...args]);
      return { code, output: output.join(""), errors: errors.join("") };
    },
  };
}

/** A line of Claude Code with a finished answer. */
export function answerLine(id: string, at: string, output = 10): string {
  const usage = { input_tokens: 1, output_tokens: output };
  const message = { id: `msg_${id}`, model: "claude-opus-4-6", stop_reason: "end_turn", usage };
  return `${JSON.stringify({ type: "assistant", timestamp: at, requestId: `req_${id}`, message })}\n`;
}
