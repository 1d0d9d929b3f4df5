import { expect, it } from "vitest";
import { createUserNames } from "../../src/ingest/users.ts";

it("keeps a name, replaces it by a pseudonym that only this bot can make, or drops it", () => {
  const lan = "Lan@example.org";
  expect(createUserNames({ mode: "keep", salt: "s" })(lan)).toBe(lan);
  expect(createUserNames({ mode: "drop", salt: "s" })(lan)).toBeUndefined();
  const hashed = createUserNames({ mode: "hash", salt: "s" });
  expect(hashed(lan)).toMatch(/^user-[0-9a-f]{8}$/);
  expect(hashed("lan@example.org")).toBe(hashed(lan));
  expect(hashed("minh@example.org")).not.toBe(hashed(lan));
  expect(createUserNames({ mode: "hash", salt: "other" })(lan)).not.toBe(hashed(lan));
});
