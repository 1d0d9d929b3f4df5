import { expect, it } from "vitest";
import { createFakes } from "../../../src/providers/recording/fakes.ts";
import { scrubText } from "../../../src/providers/recording/scrub-text.ts";

const scrub = (text: string) => scrubText(text, createFakes(), ["api.example.com"]);

it.each([
  "TOKENS_LIMIT",
  "claude-opus-4-5-20251101",
  "llama-3.3-70b-versatile",
  "openai/gpt-oss-120b",
  "Qwen2.5-Coder-32B-Instruct",
  "gemini-2.5-flash-lite-preview-06-17",
  "2026-11-22T03:00:00.317Z",
  "2026-11-22 03:00:00",
  "1795318680000",
  "Resets in 71h15m27s",
  "2m59.56s",
  "Weekly (7d)",
  "retrieveUserQuotaSummary",
  "at 03:00:00 on 1.2.3",
])("leaves %s as it is", (text) => {
  expect(scrub(text)).toBe(text);
});

it.each([
  ["write to lan.nguyen+ai@initech.co.uk now", "write to person-1@example.com now"],
  ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "00000000-0000-4000-8000-000000000001"],
  ["in organization `org_01HZX3K9QW` here", "in organization `id-1` here"],
  ["from 10.20.30.41 and fd12:3456:789a::1", "from 192.0.2.1 and 2001:db8::2"],
  ["key sk-ant-admin01-AbCdEf0123456789", "key fake-secret-1"],
  ["Your api key: ****0000 is invalid", "Your api key: fake-secret-1 is invalid"],
  ["sk-...wxyz", "fake-secret-1"],
  ["Bearer aB3dE5", "Bearer fake-secret-1"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "fake-secret-1"],
  ["hash 88421fe0c1d94b5e", "hash id-1"],
  ["account 482910337211", "account 100000000001"],
  ["call +49 170 5550142", "call id-1"],
  ["see https://api.example.com/acme/7?key=abc&x=", "see https://api.example.com/id-1/id-2?key=id-3&x="],
  ["see https://acme.internal/login", "see https://host-1.example.com/id-1"],
])("replaces what is somebody's in %s", (text, scrubbed) => {
  expect(scrub(text)).toBe(scrubbed);
});

it("gives the same value the same stand-in, wherever it stands", () => {
  const fakes = createFakes();
  fakes.of("name", "Initech Holdings");
  const [first, second] = ["Initech Holdings", "a key of Initech Holdings."].map((text) =>
    scrubText(text, fakes, []),
  );
  expect(first).toBe("Name 1");
  expect(second).toBe("a key of Name 1.");
});
