import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { examineCredentialFiles } from "../../src/doctor/credential-files.ts";
import { examineDisk } from "../../src/doctor/disk-space.ts";
import { examinePort, keyFindings } from "../../src/doctor/http-door.ts";
import { examinePermissions } from "../../src/doctor/permissions.ts";
import { nodeFinding, oldestNode, timezoneFinding } from "../../src/doctor/surroundings.ts";
import { start } from "../fakes/core.ts";
import { startProviderServer } from "../fakes/provider-server.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "quotabot-doctor-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe.skipIf(process.platform === "win32")("file permissions", () => {
  it("are fine where nobody else gets in, whatever lies inside", async () => {
    const path = await folder();
    await writeFile(join(path, "state.json"), "{}", { mode: 0o644 });
    const found = await examinePermissions({ folder: path, variables: join(path, "none") });
    expect(found).toMatchObject([{ level: "ok" }]);
    const missing = await examinePermissions({ folder: join(path, "none"), variables: join(path, "none") });
    expect(missing).toMatchObject([{ level: "ok" }]);
  });

  it("are told with the command that puts them right", async () => {
    const path = await folder();
    const data = join(path, "data");
    await mkdir(data);
    await writeFile(join(data, "state.json"), "{}", { mode: 0o600 });
    await writeFile(join(data, "outbox.json"), "{}");
    await chmod(join(data, "outbox.json"), 0o640);
    await chmod(data, 0o755);
    const variables = join(path, ".env");
    await writeFile(variables, "A=b");
    await chmod(variables, 0o644);
    expect(await examinePermissions({ folder: data, variables })).toMatchObject([
      { level: "warning", todo: `Run: chmod 600 ${variables}` },
      {
        level: "warning",
        message: `other users of this machine can read ${data} and 1 more file`,
        todo: `Run: chmod -R go-rwx ${data}`,
      },
    ]);
  });
});

describe("credential files", () => {
  it("are there and readable, or it says whose is not and what to do", async () => {
    const path = await folder();
    await writeFile(join(path, "good.json"), "{}");
    const found = await examineCredentialFiles([
      { account: "Lan's Max", path: join(path, "good.json") },
      { account: "Codex", path: join(path, "gone.json") },
    ]);
    expect(found).toMatchObject([
      {
        level: "problem",
        message: `the credential file of Codex is not there: ${join(path, "gone.json")}`,
        todo: expect.stringContaining("Sign in"),
      },
      { level: "ok", message: "1 file can be read (Lan's Max)" },
    ]);
    expect(await examineCredentialFiles([])).toEqual([]);
  });
});

describe("disk space", () => {
  it("is enough, little or nearly none", async () => {
    const of = async (mebibytes: number) => (await examineDisk("/data", async () => mebibytes * 2 ** 20))[0];
    expect(await of(2048)).toMatchObject({ level: "ok", message: "2.0 GiB free for /data" });
    expect(await of(499)).toMatchObject({ level: "warning", message: "only 499 MiB free for /data" });
    expect(await of(49)).toMatchObject({ level: "problem", todo: expect.stringContaining("dataDir") });
  });

  it("is that of the folder above for one that is not there yet", async () => {
    const path = join(await folder(), "not", "there");
    expect(await examineDisk(path)).toMatchObject([{ message: expect.stringContaining(`free for ${path}`) }]);
  });
});

describe("the surroundings", () => {
  it("know the Node.js that package.json asks for", async () => {
    const { engines } = JSON.parse(
      await readFile(resolve(import.meta.dirname, "../../package.json"), "utf8"),
    );
    expect(`${engines.node}.0`).toBe(`>=${oldestNode}`);
    expect(["20.19.0", "22.1.0", "100.0.0"].map((version) => nodeFinding(version).level)).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
    expect(nodeFinding("20.9.0")).toMatchObject({ level: "problem", message: "20.9.0 is too old" });
  });

  it("tell the team's time, and that the machine has another zone", () => {
    expect(timezoneFinding("Asia/Ho_Chi_Minh", "UTC", start).message).toBe(
      "Asia/Ho_Chi_Minh: Sunday 2026-11-22, 10:00; this machine's own is UTC",
    );
  });
});

describe("the HTTP door", () => {
  const strong = "9f86d081884c7d659a2feaa0c55ad015";

  it("has keys that nobody guesses, and strangers kept out", () => {
    expect(keyFindings({ host: "127.0.0.1", port: 1, keys: [{ name: "a", key: strong }] })).toEqual([]);
    const keys = [
      { name: "short", key: "hunter2-hunter" },
      { name: "dull", key: "a".repeat(40) },
      { name: "good", key: strong },
    ];
    const found = keyFindings({ host: "0.0.0.0", port: 1, keys });
    expect(found.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warning 2 keys could be guessed: short and dull",
      "warning 0.0.0.0 can be reached from other machines, and keys travel as they are",
    ]);
    expect(JSON.stringify(found)).not.toContain("hunter2");
    expect(keyFindings({ host: "::1", port: 1, keys: [] })[0]?.message).toContain("no keys");
  });

  async function look(port: number, botRuns?: boolean) {
    const { signal } = new AbortController();
    const found = await examinePort({ host: "127.0.0.1", port, keys: [] }, { botRuns, signal });
    return found.map(({ level, name, message }) => `${level} ${name}: ${message}`);
  }

  async function occupied() {
    const server = createServer((socket) => void socket.destroy());
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    return { port, free: () => new Promise((done) => server.close(done)) };
  }

  it("can be listened on, or it says who is in the way", async () => {
    const { port, free } = await occupied();
    expect(await look(port)).toEqual([
      `problem HTTP: the bot cannot listen on 127.0.0.1:${port}: something else listens there (EADDRINUSE)`,
    ]);
    expect(await look(port, true)).toEqual([
      `problem HTTP: the bot listens on 127.0.0.1:${port}, and does not answer`,
    ]);
    await free();
    expect(await look(port)).toEqual([`ok HTTP: 127.0.0.1:${port} is free for the bot`]);
    expect(await look(port, true)).toEqual([
      `warning HTTP: a bot runs, and does not listen on 127.0.0.1:${port}`,
    ]);
  });

  it("passes on what a bot that runs says of itself", async () => {
    const server = await startProviderServer();
    onTestFinished(() => server.close());
    const port = Number(new URL(server.url).port);
    const fine = { ok: true, vital: true, message: "connected" };
    const away = { ok: false, vital: true, message: "not connected: gone" };
    const checks = { slack: fine, providers: { acme: fine } };
    server.answer(() => ({ body: { ok: true, checks } }));
    expect(await look(port, true)).toEqual(["ok Running bot: all it does is in order"]);
    server.answer(() => ({ body: { ok: true, checks: { ...checks, providers: { acme: away } } } }));
    expect(await look(port, true)).toEqual(["warning Running bot: acme: not connected: gone"]);
    server.answer(() => ({ status: 503, body: { ok: false, checks: { ...checks, slack: away } } }));
    expect(await look(port)).toEqual(["problem Running bot: not ready: slack: not connected: gone"]);
  });
});
