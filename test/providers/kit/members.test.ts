import { expect, it } from "vitest";
import { memberNaming } from "../../../src/providers/kit/members.ts";

it("names members by the end of their id, and numbers those who have none", () => {
  const named = memberNaming();
  const ids = ["user_01ABCDEFGH", undefined, "lan@example.net", undefined, "lan@example.net"];
  expect(ids.map((id) => named(id).name)).toEqual([
    "Member ABCDEFGH",
    "Member 1",
    "Member 2",
    "Member 3",
    "Member 2",
  ]);
  expect(named("user_01ABCDEFGH").id).toBe("member-abcdefgh");
});
