import type { UsageDraft } from "../../core/services/record-usage.ts";
import type { Attributes } from "./request.ts";

/**
 * What an event of a program tells of a call, beyond the facts that all share; undefined when it is of no call, or when
 * another event tells of the same one.
 */
export type EventReader = (attributes: Attributes) => Partial<UsageDraft> | undefined;

/** The events of a program that tell of calls, by their full names. */
export type EventReaders = Readonly<Record<string, EventReader>>;
