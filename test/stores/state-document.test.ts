import { describe, expect, it } from "vitest";
import type { AccountState } from "../../src/core/domain/quota.ts";
import { decodeState, encodeState } from "../../src/stores/state-document.ts";
import { snapshotOf } from "../store-contract.ts";
import { recordingLog } from "./parts.ts";

describe("the stored state", () => {
  it("comes back as it went in", () => {
    const state = {
      snapshots: new Map([["a", snapshotOf("a")]]),
      settings: new Map<string, unknown>([["posted", ["1", "2"]]]),
    };
    expect(decodeState(JSON.parse(JSON.stringify(encodeState(state))), recordingLog())).toEqual(state);
  });

  it("keeps what a later version of the same shape may add to a snapshot", () => {
    const data = { snapshots: [{ ...snapshotOf("a"), mood: "fine" }], settings: [] };
    expect(decodeState(data, recordingLog())?.snapshots.get("a")).toHaveProperty("mood", "fine");
  });

  it.each([
    ["null", null],
    ["a number", 7],
    ["no account", { ...snapshotOf("a"), account: undefined }],
    ["an unheard-of state", { ...snapshotOf("a"), state: "confused" as AccountState }],
    ["readings that are no list", { ...snapshotOf("a"), readings: {} }],
    ["a reading of an unheard-of kind", { ...snapshotOf("a"), readings: [{ kind: "guess" }] }],
    [
      "a reading without a number",
      { ...snapshotOf("a"), readings: [{ kind: "balance", id: "c", label: "C", unit: "usd" }] },
    ],
    ["a time that is text", { ...snapshotOf("a"), nextReadAt: "soon" }],
  ])("leaves out a snapshot that is or has %s, says so, and keeps the others", (_what, garbage) => {
    const log = recordingLog();
    const state = decodeState({ snapshots: [garbage, snapshotOf("b")], settings: [["k", 1]] }, log);
    expect([...(state?.snapshots.keys() ?? [])]).toEqual(["b"]);
    expect(state?.settings.get("k")).toBe(1);
    expect(log.lines).toEqual(["warn: Left out a stored snapshot that makes no sense."]);
  });

  it.each([
    [null],
    [[]],
    [{}],
    ["text"],
    [{ snapshots: {}, settings: [] }],
    [{ snapshots: [], settings: [["k"]] }],
  ])("is not what %j is", (data) => {
    expect(decodeState(data, recordingLog())).toBeUndefined();
  });
});
