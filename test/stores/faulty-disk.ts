import type { FileHandle } from "node:fs/promises";
import * as nodeDisk from "node:fs/promises";
import { basename } from "node:path";
import type { Disk } from "../../src/stores/disk.ts";

type Operation = "open" | "write" | "writeFile" | "datasync" | "sync" | "truncate";

export interface FaultyDisk extends Disk {
  /** What was done so far, such as "write 2026-11-20.jsonl". */
  done: string[];
  /** From now on an operation fails on the files that are named so; a write takes a few bytes before. */
  fail(operation: Operation, code: string, where: (name: string) => boolean): void;
  /** From now on something is awaited before an operation. */
  before(operation: Operation, wait: () => Promise<void>): void;
  /** All works again. */
  mend(): void;
}

/** The disk of this machine, with faults. */
export function createFaultyDisk(): FaultyDisk {
  const done: string[] = [];
  let faults: { operation: Operation; code: string; where: (name: string) => boolean }[] = [];
  let waits: { operation: Operation; wait: () => Promise<void> }[] = [];

  async function step(operation: Operation, name: string): Promise<void> {
    for (const one of waits) if (one.operation === operation) await one.wait();
    const fault = faults.find((one) => one.operation === operation && one.where(name));
    if (fault !== undefined) throw failure(operation, fault.code);
  }

  function watched(handle: FileHandle, name: string): FileHandle {
    const { write, writeFile, datasync, sync, truncate } = handle;
    handle.write = async (...args: unknown[]) => {
      done.push(`write ${name}`);
      try {
        await step("write", name);
      } catch (error) {
        const [buffer, offset, , position] = args as [Uint8Array, number, number, number];
        await Reflect.apply(write, handle, [buffer, offset, 7, position]);
        throw error;
      }
      return Reflect.apply(write, handle, args);
    };
    for (const [operation, plain] of Object.entries({ writeFile, datasync, sync, truncate })) {
      Reflect.set(handle, operation, async (...args: unknown[]) => {
        await step(operation as Operation, name);
        await Reflect.apply(plain, handle, args);
        done.push(`${operation} ${name}`);
      });
    }
    return handle;
  }

  return {
    ...nodeDisk,
    done,
    async open(path, flags, mode) {
      const name = basename(String(path));
      // A file-system that is read-only can still be read.
      if (flags !== "r") await step("open", name);
      return watched(await nodeDisk.open(path, flags, mode), name);
    },
    fail: (operation, code, where) => void faults.push({ operation, code, where }),
    before: (operation, wait) => void waits.push({ operation, wait }),
    mend() {
      faults = [];
      waits = [];
    },
  };
}

function failure(syscall: string, code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, syscall, errno: -1 });
}
