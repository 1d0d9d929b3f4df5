import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { geminiLimit } from "./gemini-limit.ts";
import { type Problem, problemOf } from "./google-problem.ts";
import { rateLimited } from "./kit/http.ts";
import { unwrap } from "./kit/lenient.ts";
import { retryAfterOf } from "./kit/retry-after.ts";

const name = "Gemini API";

/**
 * An API key of Google AI Studio. No call tells what such a key has used or may use, so a read proves only that the
 * key works; checked 2026-11-22.
 */
export const gemini = defineProvider({
  id: "gemini",
  name,
  official: true,
  billing: "paid",
  priceList: ["google"],
  services: ["gemini-cli"],
  hosts: ["generativelanguage.googleapis.com"],
  settings: z.object({ apiKey: secret("GEMINI_API_KEY") }),
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const answer = await http.json({
      // One model is proof enough.
      url: "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1",
      headers: { "x-goog-api-key": settings.apiKey },
      explain: (answer) => explainRefusal(answer, now),
      known: ["models", "nextPageToken"],
    });
    if (!Array.isArray(unwrap(answer, ["models"])?.models)) {
      throw new AppError("provider_unexpected_response", `${name} answered without its models.`);
    }
    return { readings: [] };
  },
});

/** Google's reasons for refusing an API key (google.api.ErrorReason) and its words where it gives none. */
function explainRefusal(answer: HttpAnswer, now: Instant): AppError | undefined {
  const { status } = answer;
  if (answer.html) return undefined;
  if (status === 429) return throttled(answer, now);
  const problem = problemOf(answer.body);
  if (problem === undefined || (status !== 400 && status !== 403)) return undefined;
  const { says, message } = problem;
  if (says("API_KEY_INVALID") || /api key (not valid|not found|expired)/i.test(message)) {
    return new AppError(
      "provider_auth_rejected",
      `${name} does not accept the API key. Make a new one in Google AI Studio.`,
    );
  }
  if (/reported as leaked/i.test(message)) {
    return new AppError(
      "provider_auth_rejected",
      `Google has blocked this ${name} key because it became public. Make a new one in Google AI Studio.`,
    );
  }
  return status === 400 ? whereNotOffered(problem) : explain403(problem);
}

function whereNotOffered({ message }: Problem): AppError | undefined {
  if (!/location is not supported/i.test(message)) return undefined;
  return new AppError(
    "provider_not_applicable",
    `Google does not offer the ${name} in the country that this bot runs in.`,
  );
}

function explain403({ says, reasons }: Problem): AppError | undefined {
  if (says("SERVICE_DISABLED")) {
    return new AppError(
      "provider_forbidden",
      `The ${name} is switched off in the key's project. Switch on the Generative Language API in the Google Cloud console.`,
    );
  }
  if (says("CONSUMER_SUSPENDED")) {
    return new AppError(
      "provider_forbidden",
      `Google has suspended the project of this ${name} key. Only its owner can appeal.`,
    );
  }
  if (reasons.some((reason) => /^API_KEY_\w+_BLOCKED$/.test(reason))) {
    return new AppError(
      "provider_forbidden",
      `This ${name} key is restricted to other addresses, apps or APIs. Allow the Generative Language API and this machine.`,
    );
  }
  return undefined;
}

function throttled({ body, header }: HttpAnswer, now: Instant): AppError {
  const { over, resetsAt } = geminiLimit(body, now);
  const retryAfter = resetsAt === undefined ? retryAfterOf(header("retry-after"), now) : resetsAt - now;
  switch (over) {
    case "tier":
      return new AppError(
        "provider_forbidden",
        `The tier of this ${name} key includes none of this. Set up billing for its project in Google AI Studio.`,
      );
    case "day":
      return new AppError(
        "provider_rate_limited",
        `The project of this ${name} key has used up a daily quota. It starts over at midnight Pacific time.`,
        { retryAfter },
      );
    default:
      return rateLimited(name, retryAfter);
  }
}
