import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("The Dockerfile", () => {
  const file = read("Dockerfile");
  const copied = [...file.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
    (match[1] ?? "").split(" "),
  );

  it("copies what is there, and what .dockerignore lets through", () => {
    const letThrough = [...read(".dockerignore").matchAll(/^!(.+)$/gm)].map((match) => match[1] ?? "");
    expect(copied.length).toBeGreaterThan(4);
    for (const path of copied) {
      expect(existsSync(join(root, path))).toBe(true);
      expect(letThrough).toContain(path.split("/")[0]);
    }
  });

  it("runs as an ordinary user on a Node that the program supports", () => {
    expect(file).toMatch(/^USER node$/m);
    const versions = [...file.matchAll(/^FROM node:(\d+)/gm)].map((match) => Number(match[1]));
    expect(versions.length).toBe(2);
    for (const version of versions) expect(version).toBeGreaterThanOrEqual(22);
  });
});

describe("The compose file", () => {
  const { services, volumes } = parse(read("docs/running/compose.yml"), { merge: true }) as {
    services: Record<string, { image: string; volumes: string[]; ports?: string[]; read_only?: boolean }>;
    volumes: object;
  };
  const replicas = Object.values(services).filter(({ image }) => image === "quotabot");

  it("has two replicas with a folder and a port of their own", () => {
    expect(replicas).toHaveLength(2);
    expect(new Set(replicas.map(({ ports }) => ports?.[0])).size).toBe(2);
    const data = replicas.map(({ volumes: mounts }) => mounts.find((mount) => mount.endsWith(":/data")));
    expect(new Set(data).size).toBe(2);
    for (const mount of data) expect(volumes).toHaveProperty([mount?.split(":")[0] ?? ""]);
    expect(replicas.every(({ read_only }) => read_only === true)).toBe(true);
  });
});

describe("The systemd unit", () => {
  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

  it.skipIf(!hasSystemd)("is one that systemd understands", () => {
    const unit = join(root, "docs/running/quotabot.service");
    const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
    const said = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("quotabot.service"));
    expect(said).toEqual([]);
  });
});
