import { addDays, type Day } from "../domain/day.ts";
import { enoughRecords, medianOf, type TaskSize, taskType, usualSizes } from "../domain/estimate.ts";
import type { UsageRecord } from "../domain/usage.ts";
import { AppError } from "../errors.ts";
import { didYouMean, nearest } from "../matching.ts";
import type { Ledger, Log } from "../ports.ts";

/** What tasks take in this team. */
export interface TaskSizes {
  /**
   * The size of a task type: the medians of its last 200 records once there are 20, else the default.
   * @throws request_invalid for a type that has neither, naming those that have
   */
  sizeOf(task: string): Promise<TaskSize>;
  /** Takes note of records that have come into the ledger. */
  recorded(records: readonly UsageRecord[]): void;
}

/** One record, as far as it tells the size of a task. */
interface Sized {
  id: string;
  input: number;
  output: number;
}

/** So many records of a type count, of so many types at most. */
const mostRecords = 200;
const mostTypes = 500;
/** How far back it goes at the start, and how many records are looked at then at most. */
const daysBack = 14;
const page = 1_000;
const mostPages = 20;

/**
 * Measures what tasks take from the records that name one, went well and have tokens. What the ledger holds of the last
 * 14 days is looked up for the first question; a ledger that cannot tell is asked again with the next one.
 */
export function createTaskSizes(options: {
  ledger: Pick<Ledger, "records" | "usage">;
  /** The team's day now. */
  today: () => Day;
  log: Log;
}): TaskSizes {
  const { ledger, log } = options;
  /** By task type, the oldest first. */
  const sizes = new Map<string, readonly Sized[]>();
  let loading: Promise<void> | undefined;

  function add(task: string, found: readonly Sized[], where: "before" | "after"): void {
    const known = sizes.get(task) ?? [];
    if (known.length === 0 && sizes.size >= mostTypes) return;
    const ids = new Set(known.map(({ id }) => id));
    const fresh = found.filter(({ id }) => !ids.has(id));
    const all = where === "before" ? [...fresh, ...known] : [...known, ...fresh];
    sizes.set(task, all.slice(-mostRecords));
  }

  function take(records: readonly UsageRecord[], where: "before" | "after"): void {
    const byTask = new Map<string, Sized[]>();
    for (const record of records) {
      const task = record.task === undefined ? "" : taskType(record.task);
      const sized = task === "" ? undefined : sizedOf(record);
      if (sized !== undefined) byTask.set(task, [...(byTask.get(task) ?? []).slice(1 - mostRecords), sized]);
    }
    for (const [task, found] of byTask) add(task, found, where);
  }

  /** From the newest day back, those types that have not got enough yet. */
  async function load(): Promise<void> {
    const today = options.today();
    let pages = 0;
    for (let back = 0; back < daysBack && pages < mostPages; back += 1) {
      const day = addDays(today, -back);
      const { rows } = await ledger.usage({ from: day, to: day, by: "task" });
      const wanted = [...rows.keys()].filter((task) => {
        const known = sizes.get(taskType(task))?.length ?? 0;
        return task !== "" && known < mostRecords;
      });
      if (wanted.length === 0) continue;
      let ofDay: UsageRecord[] = [];
      let cursor: string | undefined;
      do {
        const found = await ledger.records({
          ...{ from: day, to: day, only: { task: wanted }, cursor, most: page },
        });
        ofDay = [...ofDay, ...found.records];
        cursor = found.cursor;
        pages += 1;
      } while (cursor !== undefined && pages < mostPages);
      take(ofDay, "before");
    }
  }

  function loaded(): Promise<void> {
    loading ??= load().catch((error) => {
      loading = undefined;
      log.warn({ error }, "What tasks took before could not be looked up; it is tried again.");
    });
    return loading;
  }

  function unknown(task: string): AppError {
    const measured = [...sizes].filter(([, { length }]) => length >= enoughRecords).map(([name]) => name);
    const known = [...new Set([...Object.keys(usualSizes), ...measured])].sort();
    const hint = didYouMean(nearest(task, known));
    const few = sizes.get(task)?.length ?? 0;
    const because =
      few === 0
        ? `task: "${task}" is none that has a size.`
        : `task: "${task}" has ${few} of the ${enoughRecords} records that a size needs.`;
    return new AppError("request_invalid", `${because}${hint} There are ${known.join(", ")}.`);
  }

  return {
    async sizeOf(written) {
      await loaded();
      const task = taskType(written);
      const measured = sizes.get(task) ?? [];
      if (measured.length >= enoughRecords) {
        return {
          input: medianOf(measured.map(({ input }) => input)),
          output: medianOf(measured.map(({ output }) => output)),
          records: measured.length,
        };
      }
      const usual = Object.hasOwn(usualSizes, task) ? usualSizes[task] : undefined;
      if (usual === undefined) throw unknown(task);
      return usual;
    },
    recorded: (records) => take(records, "after"),
  };
}

/** Undefined when the record says nothing of what a task takes. */
function sizedOf({ id, outcome, requests, tokens }: UsageRecord): Sized | undefined {
  const input = tokens.input + tokens.cacheRead + tokens.cacheWrite;
  const output = tokens.output + tokens.reasoning;
  if (outcome !== "ok" || requests === 0 || input + output === 0) return undefined;
  return { id, input, output };
}
