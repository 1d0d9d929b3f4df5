import * as nodeDisk from "node:fs/promises";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Disk } from "../../src/stores/disk.ts";
import { createDurableFile, type Format } from "../../src/stores/durable-file.ts";
import { recordingLog, temporaryFolder } from "./parts.ts";

const format: Format<string[]> = {
  version: 3,
  encode: (value) => value,
  decode: (data) => (Array.isArray(data) ? data.map(String) : undefined),
};

const noon = { now: () => Date.UTC(2026, 10, 22, 12) };

async function fileIn(folder: string, disk?: Disk) {
  const path = join(folder, "state.json");
  const log = recordingLog();
  return { path, log, file: createDurableFile({ path, format, log, clock: noon, disk }) };
}

/** A folder whose file holds ["new"] and whose backup holds ["old"]. */
async function writtenTwice() {
  const folder = await temporaryFolder();
  const { path, log, file } = await fileIn(folder);
  await file.write(["old"]);
  await file.write(["new"]);
  return { folder, path, log, file };
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, syscall: "write", errno: -1 });
}

/** A disk on which one operation fails. */
function failingDisk(operation: "open" | "write" | "sync" | "rename", code: string): Disk {
  const fail = () => Promise.reject(failure(code));
  if (operation === "open" || operation === "rename") return { ...nodeDisk, [operation]: fail };
  return {
    ...nodeDisk,
    async open(path, flags, mode) {
      const handle = await nodeDisk.open(path, flags, mode);
      if (operation === "write") handle.writeFile = fail;
      if (operation === "sync") handle.sync = fail;
      return handle;
    },
  };
}

describe("a durable file", () => {
  it("is nothing before the first write", async () => {
    const { file } = await fileIn(await temporaryFolder());
    expect(await file.read()).toBeNull();
  });

  it("gives back what was written last, and keeps the version before", async () => {
    const { folder, file, log } = await writtenTwice();
    expect(await file.read()).toEqual(["new"]);
    expect(await readdir(folder)).toEqual(["state.json", "state.json.bak"]);
    expect(await readFile(join(folder, "state.json.bak"), "utf8")).toContain('["old"]');
    expect(log.lines).toEqual([]);
  });

  it("syncs the content before it takes the name, and the folder after", async () => {
    const folder = await temporaryFolder();
    const steps: string[] = [];
    const watched: Disk = {
      ...nodeDisk,
      async open(path, flags, mode) {
        const handle = await nodeDisk.open(path, flags, mode);
        const { writeFile, sync } = handle;
        const name = path === folder ? "the folder" : basename(String(path));
        handle.writeFile = (...args) => {
          steps.push(`write ${name}`);
          return writeFile.apply(handle, args);
        };
        handle.sync = () => {
          steps.push(`sync ${name}`);
          return sync.apply(handle);
        };
        return handle;
      },
      rename(from, to) {
        steps.push(`rename ${basename(String(from))} to ${basename(String(to))}`);
        return nodeDisk.rename(from, to);
      },
    };
    const { file } = await fileIn(folder, watched);
    await file.write(["a"]);
    expect(steps).toEqual([
      "write state.json.tmp",
      "sync state.json.tmp",
      "rename state.json to state.json.bak",
      "rename state.json.tmp to state.json",
      "sync the folder",
    ]);
  });

  it("goes on where a crash between the two renames left it", async () => {
    const { folder, path, file, log } = await writtenTwice();
    await nodeDisk.rename(path, `${path}.bak`);
    await writeFile(`${path}.tmp`, "half a fi");
    expect(await file.read()).toEqual(["new"]);
    expect(await readdir(folder)).toEqual(["state.json.bak"]);
    expect(log.lines).toEqual([`warn: Continuing with the last good version, ${path}.bak.`]);
    await file.write(["newer"]);
    expect(await file.read()).toEqual(["newer"]);
    expect(await readFile(`${path}.bak`, "utf8")).toContain('["new"]');
  });
});

describe("a damaged file", () => {
  it.each([
    ["empty", ""],
    ["full of zeros", "\0".repeat(300)],
    ["cut off", '{"version":3,"sha256":"'],
    ["not an object", '"text"'],
    ["null", "null"],
    ["of no version", '{"snapshots":{}}'],
    ["of a version that is text", '{"version":"4"}'],
    ["without a checksum", '{"version":3,"data":["x"]}'],
    [
      "without data",
      '{"version":3,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}',
    ],
  ])("that is %s is moved aside and the backup used", async (_how, content) => {
    const { folder, path, file, log } = await writtenTwice();
    await writeFile(path, content);
    expect(await file.read()).toEqual(["old"]);
    const aside = `${path}.damaged-2026-11-22T12-00-00.000Z`;
    expect(await readFile(aside, "utf8")).toBe(content);
    expect((await readdir(folder)).sort()).toEqual(["state.json.bak", basename(aside)]);
    expect(log.lines[0]).toMatch(/^error: /);
    expect(log.lines[0]).toContain(`Moved it to ${aside}.`);

    await file.write(["next"]);
    expect(await file.read()).toEqual(["next"]);
    expect(await readFile(aside, "utf8")).toBe(content);
  });

  it("whose content makes no sense is moved aside too", async () => {
    const folder = await temporaryFolder();
    const { path, log, file } = await fileIn(folder);
    const other = createDurableFile({ path, format: { ...format, encode: () => 7 }, log, clock: noon });
    await other.write([]);
    expect(await file.read()).toBeNull();
    expect(log.lines[0]).toContain("its content makes no sense");
  });

  it("without a good backup leaves an empty start, and both files aside", async () => {
    const { folder, path, file, log } = await writtenTwice();
    await writeFile(path, "");
    await writeFile(`${path}.bak`, "{");
    expect(await file.read()).toBeNull();
    expect(log.lines.map((line) => line.slice(0, 6))).toEqual(["error:", "error:"]);
    expect((await readdir(folder)).sort()).toEqual([
      "state.json.bak.damaged-2026-11-22T12-00-00.000Z",
      "state.json.damaged-2026-11-22T12-00-00.000Z",
    ]);
  });

  it("is noticed wherever it was cut off and whichever bit was flipped", async () => {
    const { path, file } = await writtenTwice();
    const whole = await readFile(path);
    const version = whole.indexOf("3");
    for (let at = 0; at < whole.length; at++) {
      await writeFile(path, whole.subarray(0, at));
      expect(await file.read(), `cut off at ${at}`).toEqual(["old"]);
      // A flipped version may read as a later one, which is refused instead: the next test.
      if (at === version) continue;
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(whole.readUInt8(at) ^ (1 << (at % 8)), at);
      await writeFile(path, flipped);
      expect(await file.read(), `flipped at ${at}`).toEqual(["old"]);
    }
  });

  it("is told from one that a newer program wrote, which is refused and left alone", async () => {
    const { folder, path, file } = await writtenTwice();
    const newer = '{"version":4,"whatever":[]}';
    await writeFile(path, newer);
    await expect(file.read()).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringMatching(/newer quotabot \(format 4, this one knows 3\)/),
    });
    expect(await readFile(path, "utf8")).toBe(newer);
    expect((await readdir(folder)).sort()).toEqual(["state.json", "state.json.bak"]);
  });
});

describe("a write that fails", () => {
  it.each([
    ["the disk is full", "write", "ENOSPC", "Free some space"],
    ["the quota of the user is full", "write", "EDQUOT", "Free some space"],
    ["the disk reports a fault on sync", "sync", "EIO", "Check the disk"],
    ["the disk is read-only", "open", "EROFS", "Make it writable"],
    ["the folder belongs to somebody else", "open", "EACCES", "read and write"],
    ["renaming is not allowed", "rename", "EPERM", "read and write"],
    ["too many files are open", "open", "EMFILE", "set another dataDir"],
  ] as const)(
    "because %s says so, keeps the last version, and leaves nothing behind",
    async (_why, operation, code, advice) => {
      const { folder, path, file } = await writtenTwice();
      const broken = await fileIn(folder, failingDisk(operation, code));
      await expect(broken.file.write(["lost"])).rejects.toMatchObject({
        code: "store_unavailable",
        message: expect.stringMatching(new RegExp(`${path} \\(${code}\\): .*${advice}`)),
      });
      expect(await readdir(folder)).toEqual(["state.json", "state.json.bak"]);
      expect(await file.read()).toEqual(["new"]);
      await file.write(["newest"]);
      expect(await file.read()).toEqual(["newest"]);
    },
  );

  it("between the two renames loses nothing either", async () => {
    const { folder, file } = await writtenTwice();
    const broken = await fileIn(folder, {
      ...nodeDisk,
      rename: (from, to) =>
        String(to).endsWith(".bak") ? nodeDisk.rename(from, to) : Promise.reject(failure("EIO")),
    });
    await expect(broken.file.write(["lost"])).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await readdir(folder)).toEqual(["state.json.bak"]);
    expect(await file.read()).toEqual(["new"]);
    await file.write(["newest"]);
    expect(await file.read()).toEqual(["newest"]);
  });

  it("because of a mistake of ours is not taken for a fault of the disk", async () => {
    const folder = await temporaryFolder();
    const { path, log } = await fileIn(folder);
    const file = createDurableFile<bigint>({
      path,
      format: { version: 1, encode: (value) => value, decode: () => 1n },
      log,
      clock: noon,
    });
    await expect(file.write(1n)).rejects.toThrow(TypeError);
    expect(await readdir(folder)).toEqual([]);
  });

  it("works on file systems that cannot sync a folder", async () => {
    const folder = await temporaryFolder();
    const { file } = await fileIn(folder, {
      ...nodeDisk,
      async open(path, flags, mode) {
        const handle = await nodeDisk.open(path, flags, mode);
        if (path === folder) handle.sync = () => Promise.reject(failure("EINVAL"));
        return handle;
      },
    });
    await file.write(["a"]);
    expect(await file.read()).toEqual(["a"]);
  });

  it("leaves files for the owner only, whatever lay there before", async () => {
    const folder = await temporaryFolder();
    const { path, file } = await fileIn(folder);
    await writeFile(`${path}.tmp`, "left behind", { mode: 0o666 });
    await mkdir(join(folder, "other"));
    await file.write(["a"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
