import type { UsageRecord } from "../../core/domain/usage.ts";

/** A record and where it stands in its journal. */
export interface Entry {
  start: number;
  record: UsageRecord;
}

/** The records of one day in the order of arrival. Calls that change it must not overlap. */
export interface Journal {
  /** All before it is durable and accepted; the next record will stand here. */
  readonly end: number;
  /** Earlier records of the day were forgotten or lost: they are not in here. */
  readonly continues: boolean;
  /** Makes records durable behind the end, where nobody sees them until they are accepted. */
  write(records: readonly UsageRecord[]): Promise<void>;
  /** Moves the end behind what was written. */
  accept(): void;
  /** Takes back what was written, or half written, since the last accept. */
  undo(): Promise<void>;
  /**
   * The records from a place on up to what was the end when asked, some at a time. What is damaged is left out.
   * Undefined when no record can begin at that place.
   */
  read(from: number): Promise<AsyncIterable<readonly Entry[]> | undefined>;
  /** Puts changed records in the place of those that are changed, all or none, and tells how many that were. */
  rewrite(change: (record: UsageRecord) => UsageRecord): Promise<number>;
  /** Forgets the records. */
  remove(): Promise<void>;
}
