import { z } from "zod";
import type { Reading } from "../core/domain/quota.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { memberReadings } from "./anthropic-members.ts";
import { claudeCodeReport, costReadings, usageReadings } from "./anthropic-reports.ts";
import { optional } from "./kit/optional.ts";
import { cursorPage, readPages } from "./kit/pages.ts";
import { startOf, utcMonth } from "./kit/utc-calendar.ts";

const name = "Anthropic";

/** An organisation's use and cost, from the Admin API (documented, checked 2026-11-22). */
export const anthropic = defineProvider({
  id: "anthropic",
  name,
  official: true,
  billing: "paid",
  priceList: ["anthropic"],
  services: ["claude-code", "claude-code-desktop"],
  hosts: ["api.anthropic.com"],
  settings: z.object({ apiKey: secret("ANTHROPIC_ADMIN_KEY") }),
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    let owner: string | undefined;
    const ask = (path: string, query: string) =>
      readPages(name, async (cursor) => {
        const page = cursor === undefined ? "" : `&page=${encodeURIComponent(cursor)}`;
        const { body, header } = await http.answer({
          url: `https://api.anthropic.com/v1/organizations/${path}?${query}${page}`,
          headers: {
            "x-api-key": settings.apiKey,
            "anthropic-version": "2023-06-01",
            "user-agent": "quotabot",
          },
          explain: refusal,
          known: ["data", "has_more", "next_page"],
        });
        owner ??= header("anthropic-organization-id");
        return cursorPage(name, body);
      });
    // A month has at most 31 days, so one page holds it.
    const month = `starting_at=${isoSeconds(startOf(utcMonth(now)))}&bucket_width=1d&limit=31`;
    const today = `starting_at=${isoSeconds(now).slice(0, 10)}&limit=500`;

    // First and by itself: one request is enough to find out that a key is not accepted.
    const cost = await ask("cost_report", month).then((days) => costReadings(name, days, now), outOfReach);
    const [code, tokens, members] = await Promise.all([
      optional(ask("usage_report/claude_code", today).then((rows) => claudeCodeReport(rows, now))),
      optional(ask("usage_report/messages", month).then((days) => usageReadings(name, days, now))),
      optional(ask("spend_limits/effective", "limit=1000").then((rows) => memberReadings(rows, now))),
    ]);
    const refused = isAppError(cost);
    const readings: Reading[] = [
      ...(refused ? [] : cost),
      ...(code?.readings ?? []),
      ...(tokens ?? []),
      ...(members ?? []),
    ];
    if (refused && readings.length === 0) throw cost;
    return { owner: owner ?? code?.organization, readings };
  },
});

function isoSeconds(instant: number): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** A key of a Claude Enterprise organisation may read limits and no cost. Whatever else went wrong may pass. */
function outOfReach(error: unknown): AppError {
  if (isAppError(error, "provider_forbidden") || isAppError(error, "provider_not_applicable")) return error;
  throw error;
}

function refusal({ status, html }: HttpAnswer): AppError | undefined {
  if (html) return undefined;
  if (status === 401) {
    return new AppError(
      "provider_auth_rejected",
      "Anthropic does not accept the key. It takes an Admin API key of the organisation; an ordinary API key is not one.",
    );
  }
  if (status === 403) {
    return new AppError(
      "provider_forbidden",
      "This Anthropic key may not read usage and cost. Make an Admin API key that may, in the Console.",
    );
  }
  if (status === 404) {
    return new AppError(
      "provider_not_applicable",
      "Anthropic has no usage and cost reports for this key: they are for organisations, not for individual accounts.",
    );
  }
  if (status === 410) {
    return new AppError("provider_unavailable", "Anthropic changed the report while it was being read.");
  }
  return undefined;
}
