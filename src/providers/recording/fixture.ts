import type { z } from "zod";
import { AppError, isAppError } from "../../core/errors.ts";
import { type Provider, secretEnvironment } from "../../core/provider.ts";
import { createFakes, type Fakes, type Kind } from "./fakes.ts";
import type { RawRead } from "./recorder.ts";
import { type Answer, type Expected, expectedOf, type Replayed, type Request, replay } from "./replay.ts";
import { createScrubber, plainTexts, replaceTexts } from "./scrub.ts";
import { findSpare } from "./spare.ts";

/** One read of an account as a test plays it back, without anything secret. */
export interface Fixture {
  about: string;
  now: string;
  settings: Record<string, string>;
  exchanges: readonly { request: Request; status: number; headers: Record<string, string>; body: unknown }[];
  expect: Expected;
}

export interface MadeFixture {
  fixture: Fixture;
  /** How many different values were replaced, by kind. */
  replaced: ReadonlyMap<Kind, number>;
  /** Whether the provider makes the same numbers of it as of the real answers. */
  faithful: boolean;
}

/** An answer whose body is taken apart: `json` when it is JSON, else a text that stands for it. */
interface ParsedAnswer extends Omit<Answer, "body"> {
  body: { json: unknown } | { text: string };
}

/**
 * Makes a fixture of a read. Secrets, and what looks or is named like somebody or something of theirs, get stand-ins;
 * so does every other text that the provider's code makes nothing of. Numbers and dates stay. The requests and what is
 * expected come from the answers being played back, so they hold nothing that the fixture does not.
 * @throws AppError provider_unexpected_response when the read cannot be played back.
 */
export async function makeFixture(
  provider: Provider,
  read: RawRead,
  secrets: readonly string[],
): Promise<MadeFixture> {
  const made =
    (await tryFixture(provider, read, secrets, "")) ??
    // What a secret begins with may say what kind it is.
    (await tryFixture(provider, read, secrets, prefixOf(read.settings)));
  if (made !== undefined) return made;
  throw new AppError(
    "provider_unexpected_response",
    `What ${provider.name} answered cannot be played back: it is asked otherwise without the real values. Nothing was written.`,
  );
}

/** "at-" or "sk-ant-admin-", without anything that is the secret's own. */
function prefixOf(settings: RawRead["settings"]): string {
  const values = Object.values(settings).filter((value) => typeof value === "string");
  return values.flatMap((value) => /^([a-z]{2,5}[-_]){1,3}/.exec(value)?.[0] ?? [])[0] ?? "";
}

/** Undefined when the provider does not ask the same again. */
async function tryFixture(
  provider: Provider,
  read: RawRead,
  secrets: readonly string[],
  prefix: string,
): Promise<MadeFixture | undefined> {
  const fakes = createFakes();
  const settings = scrubSettings(provider, read.settings, prefix, fakes);
  for (const secret of secrets) if (secret.length >= 6 && !fakes.isFake(secret)) fakes.of("secret", secret);
  const scrubber = createScrubber(fakes, provider.hosts);
  const parsed = read.exchanges.map((exchange) => parseAnswer(exchange));
  const scrub = (): ParsedAnswer[] =>
    parsed.map(({ status, headers, body }) => ({
      status,
      headers: scrubber.headers(headers),
      body: "json" in body ? { json: scrubber.json(body.json) } : body,
    }));
  // Twice: an answer may give away what stands in one before it.
  scrub();
  const scrubbed = scrub();

  const play = (replacements: ReadonlyMap<string, string>) =>
    replay(provider, {
      now: read.now,
      settings,
      answers: scrubbed.map((answer) => toAnswer(answer, replacements)),
    });
  const bodies = scrubbed.map(({ body }) => ("json" in body ? body.json : undefined));
  const replacements = await findSpare([...plainTexts(bodies, fakes)], async (some) =>
    summary(await play(some)),
  );
  for (const [text, fake] of replacements) fakes.set("text", text, fake);
  const { requests, expected } = await play(replacements);
  if (expected === undefined || requests.length !== scrubbed.length) return undefined;
  const exchanges = scrubbed.map(({ status, headers, body }, index) => ({
    request: requests[index] ?? { method: "GET", url: "" },
    status,
    headers,
    body: bodyOf("json" in body ? { json: replaceTexts(body.json, replacements) } : body),
  }));
  const about = `Recorded from an account of ${provider.name}.`;
  const now = new Date(read.now).toISOString();
  const fixture = { about, now, settings, exchanges, expect: expected };
  return {
    fixture,
    replaced: fakes.countIn(JSON.stringify(fixture)),
    faithful: figuresOf(expected) === figuresOf(expectedOf(read.outcome)),
  };
}

/** Secrets become "fake-api-key"; the rest too, unless the provider takes nothing else than what is there. */
function scrubSettings(
  provider: Provider,
  settings: RawRead["settings"],
  prefix: string,
  fakes: Fakes,
): Record<string, string> {
  const scrubbed: Record<string, string> = {};
  const schema = provider.settings;
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== "string") continue;
    const isSecret = secretEnvironment(schema.shape[name] as z.ZodType) !== undefined;
    const fake = `${isSecret ? prefix : ""}fake-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (!isSecret && !schema.safeParse({ ...settings, [name]: fake }).success) {
      scrubbed[name] = value;
      continue;
    }
    fakes.set(isSecret ? "secret" : "id", value, fake);
    scrubbed[name] = fake;
  }
  return scrubbed;
}

function summary({ requests, expected }: Replayed): string {
  return JSON.stringify([requests.length, expected]);
}

/** The numbers and kinds of an outcome, without the texts that stand-ins may have changed. */
function figuresOf(expected: Expected | undefined): string {
  if (expected === undefined || "error" in expected) return expected?.error ?? "";
  const plain = new Set(["id", "label", "scope", "models"]);
  return JSON.stringify(
    expected.readings.map((reading) => Object.entries(reading).filter(([name]) => !plain.has(name))),
  );
}

function parseAnswer({ status, headers, body }: Answer): ParsedAnswer {
  try {
    return { status, headers, body: { json: JSON.parse(body) as unknown } };
  } catch {
    // A page or a text is nothing that could be searched for secrets; that it was one is all that matters.
    const isPage = (headers["content-type"] ?? "").includes("html") || /^\s*</.test(body);
    const text = body.trim() === "" ? "" : isPage ? "<!doctype html><title>A page</title>" : "No JSON.";
    return { status, headers, body: { text } };
  }
}

function toAnswer(
  { status, headers, body }: ParsedAnswer,
  replacements: ReadonlyMap<string, string>,
): Answer {
  const text = "json" in body ? JSON.stringify(replaceTexts(body.json, replacements)) : body.text;
  return { status, headers, body: text };
}

/** A fixture's body is JSON, or a text that is sent as it is: JSON that is just a text or null has to be one. */
function bodyOf(body: ParsedAnswer["body"]): unknown {
  if ("text" in body) return body.text;
  return typeof body.json === "string" || body.json === null ? JSON.stringify(body.json) : body.json;
}

/** Whether there is anything to make a fixture of: an answer, whatever it said. */
export function isRecorded(read: RawRead | undefined): read is RawRead {
  if (read === undefined || read.exchanges.length === 0) return false;
  return "reading" in read.outcome || !isAppError(read.outcome.error, "provider_unreachable");
}
