import { z } from "zod";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, type HttpRequest, minutes, secret } from "../core/provider.ts";
import { kimiReading } from "./kimi-usages.ts";
import { list, record, text } from "./kit/lenient.ts";

const name = "Kimi Code";

/**
 * The coding subscription of Kimi; its open platform is the provider `moonshot`. An undocumented call that the
 * vendor's own command line makes; checked 2026-11-22.
 */
export const kimi = defineProvider({
  id: "kimi",
  name,
  official: false,
  billing: "subscription",
  priceList: ["moonshotai"],
  hosts: ["api.kimi.com"],
  settings: z.object({ apiKey: secret("KIMI_API_KEY") }),
  minInterval: minutes(5),
  async read({ http, settings }) {
    const ask = (path: string, explain: HttpRequest["explain"]) =>
      http.json({
        url: `https://api.kimi.com/coding/v1/${path}`,
        headers: { authorization: `Bearer ${settings.apiKey}`, "user-agent": "quotabot" },
        explain,
        known,
      });
    const answer = await ask("usages", (refused) =>
      refused.status === 404 ? new AppError("not_found", "Usage is not told here.") : refusal(refused),
    ).catch((error) => {
      // Where the call has another name it is this one.
      if (isAppError(error, "not_found")) return ask("usage", refusal);
      throw error;
    });
    const reading = kimiReading(answer);
    if (reading.readings.length > 0) return reading;
    throw new AppError("provider_unexpected_response", `${name} answered without a quota.`);
  },
});

const known = "user usage usages limits parallel totalQuota subType authentication boosterWallet".split(" ");

const refused = record({ details: list(record({ debug: record({ reason: text }) })) });

/** What a refusal means; bodies checked 2026-11-22. */
function refusal({ status, body, html }: HttpAnswer): AppError | undefined {
  if (html) return undefined;
  const reasons = refused.parse(body)?.details?.map(({ debug }) => debug?.reason);
  if (status === 403 && reasons?.includes("REASON_FEATURE_NO_PERMISSION")) {
    return new AppError(
      "provider_not_applicable",
      "This key has no Kimi Code plan, so there is no quota to show. Use the key of an account with a plan.",
    );
  }
  if (status === 401) {
    return new AppError(
      "provider_auth_rejected",
      `${name} does not accept the API key. Replace it; a key of the open platform belongs to the provider \`moonshot\`.`,
    );
  }
  if (status === 404) {
    return new AppError(
      "provider_unexpected_response",
      `${name} tells no usage at this address: check the account's \`baseUrl\`.`,
    );
  }
  return undefined;
}
