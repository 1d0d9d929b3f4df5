import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { AppError } from "../../core/errors.ts";
import type { Lane } from "../lane.ts";
import { createFingerprints, takeFingerprint } from "./fingerprints.ts";
import type { Journal } from "./journal.ts";
import { copyRecord, isSound } from "./record-line.ts";
import type { OpenDay, Shelf } from "./shelf.ts";

/** So many records may wait to be written; more are refused, for memory is finite. */
const mostWaiting = 200_000;
/** Callers with so many records between them share one write. */
const mostAtOnce = 20_000;
/** So many records are worked on before other work has its turn. */
const inOneTurn = 2_000;

interface Call {
  records: readonly UsageRecord[];
  /** Two numbers for each record. */
  fingerprints: Uint32Array;
  resolve(added: boolean[]): void;
  reject(error: unknown): void;
}

/** The new records for one day, with their fingerprints. */
interface Share {
  day: OpenDay;
  records: UsageRecord[];
  fingerprints: number[];
}

/**
 * Appends records to the days of a shelf: `Ledger.append`. All who ask while a write is under way share the next one.
 * What is new is decided when a write begins, and counts once it is durable. A call with a record that makes no sense
 * throws request_invalid.
 */
export function createGroupCommit(shelf: Shelf, lane: Lane) {
  const waiting: Call[] = [];
  let recordsWaiting = 0;
  let scheduled = false;
  /** Journals that may hold more than was accepted, since a write failed. */
  const unsure = new Set<Journal>();

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    void lane(async () => {
      scheduled = false;
      const calls = nextCalls();
      schedule();
      await settle(calls);
    });
  }

  function nextCalls(): Call[] {
    const calls: Call[] = [];
    let records = 0;
    while (waiting.length > calls.length && (records === 0 || records < mostAtOnce)) {
      const call = waiting[calls.length] as Call;
      calls.push(call);
      records += call.records.length;
    }
    waiting.splice(0, calls.length);
    recordsWaiting -= records;
    return calls;
  }

  async function settle(calls: readonly Call[]): Promise<void> {
    try {
      await takeBack();
      const { days, able } = await openDays(calls);
      const answers = await commit(able, days);
      for (const [call, added] of answers) call.resolve(added);
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  /** As long as a failed write cannot be taken back nothing more is written: what it left might count later. */
  async function takeBack(): Promise<void> {
    for (const journal of unsure) {
      await journal.undo();
      unsure.delete(journal);
    }
  }

  /** Opens all days that records are for. A day that cannot be opened is a failure of those alone who need it. */
  async function openDays(calls: readonly Call[]): Promise<{ days: Map<Day, OpenDay>; able: Call[] }> {
    const days = new Map<Day, OpenDay>();
    const failures = new Map<Day, unknown>();
    for (const day of new Set(calls.flatMap((call) => [...new Set(call.records.map((one) => one.day))]))) {
      try {
        days.set(day, await shelf.open(day));
      } catch (error) {
        failures.set(day, error);
      }
    }
    const able = calls.filter((call) => {
      const unable = call.records.find((record) => failures.has(record.day));
      if (unable !== undefined) call.reject(failures.get(unable.day));
      return unable === undefined;
    });
    return { days, able };
  }

  async function commit(
    calls: readonly Call[],
    days: ReadonlyMap<Day, OpenDay>,
  ): Promise<Map<Call, boolean[]>> {
    const { shares, answers } = await decide(calls, days);
    await write(shares);
    for (const { day, records, fingerprints } of shares) {
      day.journal.accept();
      for (const [index, record] of records.entries()) {
        day.enter(record, fingerprints[2 * index] ?? 0, fingerprints[2 * index + 1] ?? 0);
        if (index % inOneTurn === inOneTurn - 1) await nextTurn();
      }
      day.entered();
    }
    shelf.tidy(false);
    return answers;
  }

  /** Which records are new: in no day yet, and the first of their id in this write. */
  async function decide(calls: readonly Call[], days: ReadonlyMap<Day, OpenDay>) {
    const shares = new Map<Day, Share>();
    const answers = new Map<Call, boolean[]>();
    const inThisWrite = createFingerprints();
    let seen = 0;
    for (const call of calls) {
      const added: boolean[] = [];
      for (const [index, record] of call.records.entries()) {
        const high = call.fingerprints[2 * index] ?? 0;
        const low = call.fingerprints[2 * index + 1] ?? 0;
        const isNew = !isKnown(high, low) && inThisWrite.add(high, low);
        added.push(isNew);
        if (isNew) share(shares, days.get(record.day) as OpenDay, record, high, low);
        seen += 1;
        if (seen % inOneTurn === 0) await nextTurn();
      }
      answers.set(call, added);
    }
    return { shares: [...shares.values()], answers };
  }

  function isKnown(high: number, low: number): boolean {
    for (const { ids } of shelf.opened()) if (ids.has(high, low)) return true;
    return false;
  }

  async function write(shares: readonly Share[]): Promise<void> {
    const writes = await Promise.allSettled(shares.map(({ day, records }) => day.journal.write(records)));
    const failure = writes.find((one) => one.status === "rejected");
    if (failure === undefined) return;
    for (const { day } of shares) unsure.add(day.journal);
    // If it cannot be taken back now, then before the next write.
    await takeBack().catch(() => {});
    throw failure.reason;
  }

  async function append(records: readonly UsageRecord[]): Promise<readonly boolean[]> {
    if (records.length === 0) return [];
    if (recordsWaiting > 0 && recordsWaiting + records.length > mostWaiting) throw tooMany();
    const unsound = records.findIndex((record) => !isSound(record));
    if (unsound !== -1) {
      throw new AppError("request_invalid", `The usage record at index ${unsound} makes no sense.`);
    }
    const fingerprints = new Uint32Array(2 * records.length);
    for (const [index, { id }] of records.entries()) takeFingerprint(id, fingerprints, 2 * index);
    return await new Promise((resolve, reject) => {
      waiting.push({ records: records.map(copyRecord), fingerprints, resolve, reject });
      recordsWaiting += records.length;
      schedule();
    });
  }

  return {
    append,
    /** Resolves once nobody waits any more. */
    async idle(): Promise<void> {
      while (scheduled || waiting.length > 0) await lane(async () => {});
    },
  };
}

function share(shares: Map<Day, Share>, day: OpenDay, record: UsageRecord, high: number, low: number): void {
  let found = shares.get(day.day);
  if (found === undefined) {
    found = { day, records: [], fingerprints: [] };
    shares.set(day.day, found);
  }
  found.records.push(record);
  found.fingerprints.push(high, low);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function tooMany(): AppError {
  return new AppError(
    "store_unavailable",
    `More usage records come in than can be written: ${mostWaiting.toLocaleString("en-US")} are waiting. ` +
      "Send these again in a moment.",
    { retryAfter: 1_000 },
  );
}
