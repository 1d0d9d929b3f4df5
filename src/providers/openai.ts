import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { rateLimited } from "./kit/http.ts";
import { record, text } from "./kit/lenient.ts";
import { spendOf } from "./kit/money.ts";
import { optional } from "./kit/optional.ts";
import { cursorPage, readPages } from "./kit/pages.ts";
import { durationOf, retryAfterOf } from "./kit/retry-after.ts";
import { startOf, utcMonth } from "./kit/utc-calendar.ts";
import { alertPage, alertReadings, limitReading } from "./openai-limits.ts";
import { monthCosts, usageReadings } from "./openai-reports.ts";

const name = "OpenAI";

/** An organisation of the API platform, or one project of it, from the Admin API (documented, checked 2026-11-22). */
export const openai = defineProvider({
  id: "openai",
  name,
  official: true,
  billing: "paid",
  priceList: ["openai"],
  services: ["codex_cli_rs", "codex_exec", "codex_tui", "codex-app-server"],
  hosts: ["api.openai.com"],
  settings: z.object({
    apiKey: secret("OPENAI_ADMIN_KEY"),
    /** Only this project, such as proj_abc; default: the whole organisation. */
    project: z.string().trim().min(1).optional(),
  }),
  minInterval: minutes(15),
  async read({ http, now, settings }) {
    const { apiKey, project } = settings;
    let owner = project;
    const ask = async (path: string, query: Query = {}) => {
      const { body, header } = await http.answer({
        url: `https://api.openai.com/v1/organization/${path}${queryText(query)}`,
        headers: { authorization: `Bearer ${apiKey}` },
        explain: (answer) => refusal(answer, now),
        known: knownKeys,
      });
      owner ??= header("openai-organization");
      return body;
    };
    const month = utcMonth(now);
    const report = (path: string) =>
      readPages(name, async (page) =>
        cursorPage(name, await ask(path, { ...reportQuery(startOf(month), project), page })),
      );
    const settled = project === undefined ? "" : `projects/${encodeURIComponent(project)}/`;

    const costs = monthCosts(name, await report("costs"), project);
    const [usage, limit, alerts] = await Promise.all([
      optional(report("usage/completions").then((days) => usageReadings(name, days, now, project))),
      optional(ask(`${settled}spend_limit`)),
      // A project's are not told.
      project === undefined
        ? optional(readPages(name, async (after) => alertPage(name, await ask("spend_alerts", { after }))))
        : undefined,
    ]);
    const { quota, softLimit } = limitReading(limit, costs, month);
    return {
      owner,
      readings: [
        ...(quota === undefined ? [] : [quota]),
        ...spendOf(costs, { id: "month", label: "Cost this month", limit: softLimit, ...month }),
        ...alertReadings(alerts ?? [], costs, month),
        ...(usage ?? []),
      ],
    };
  },
});

/** Of reports and lists, and of a spend limit. */
const knownKeys =
  "object data has_more next_page first_id last_id threshold_amount currency interval enforcement".split(" ");

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An array is its name repeated, as OpenAI's own specification has it. */
function queryText(query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const part of value === undefined ? [] : [value].flat()) parts.append(key, part);
  }
  return parts.size === 0 ? "" : `?${parts}`;
}

/** A month has at most 31 days, so one page holds it. */
function reportQuery(start: Instant, project: string | undefined): Query {
  return {
    start_time: String(start / 1000),
    bucket_width: "1d",
    limit: "31",
    ...(project === undefined ? {} : { project_ids: [project], group_by: ["project_id"] }),
  };
}

const errorFields = record({ error: record({ code: text, type: text, message: text }) });

/** Errors of billing come with the status of throttling, and those of scopes with either of two; checked 2026-11-22. */
function refusal({ status, body, html, header }: HttpAnswer, now: Instant): AppError | undefined {
  if (html) return undefined;
  const told = errorFields.parse(body)?.error;
  if (status === 403 || (status === 401 && /missing scopes/i.test(told?.message ?? ""))) {
    return new AppError(
      "provider_forbidden",
      "This OpenAI key may not read usage. Make an Admin key whose owner may, with the scope api.usage.read.",
    );
  }
  if (status === 401) {
    return new AppError(
      "provider_auth_rejected",
      "OpenAI does not accept the key. It takes an Admin key of the organisation; a project's key is not one.",
    );
  }
  if (status !== 429) return undefined;
  if (/(spend|usage)_limit_exceeded$/.test(told?.code ?? "")) {
    return new AppError(
      "provider_needs_action",
      "OpenAI has stopped this organisation or project at its spend limit. Raise it, or wait for the next month.",
    );
  }
  if (told?.type === "insufficient_quota" || unpaid.has(told?.code ?? "")) {
    return new AppError(
      "provider_needs_action",
      "The OpenAI account has no credit left: see its billing page.",
    );
  }
  const untilReset = durationOf(header("x-ratelimit-reset-requests") ?? "");
  return rateLimited(name, retryAfterOf(header("retry-after"), now) ?? untilReset);
}

const unpaid = new Set(["insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"]);
