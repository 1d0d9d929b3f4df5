import { z } from "zod";
import type { Balance } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, minutes, secret } from "../core/provider.ts";
import { rateLimited } from "./kit/http.ts";
import { amount, flag, record, text, unwrap } from "./kit/lenient.ts";

const name = "Moonshot";
/** The answer does not say its currency: it goes with the host. */
const regions = {
  global: { host: "api.moonshot.ai", unit: "usd" },
  china: { host: "api.moonshot.cn", unit: "cny" },
} as const;

/** The prepaid balance of Kimi's open platform, as documented there; checked 2026-11-22. */
export const moonshot = defineProvider({
  id: "moonshot",
  name,
  official: true,
  billing: "prepaid",
  priceList: ["moonshotai"],
  hosts: Object.values(regions).map(({ host }) => host),
  settings: z.object({
    apiKey: secret("MOONSHOT_API_KEY"),
    /** Keys of the two regions are not interchangeable; default: global. */
    region: z.enum(["global", "china"]).optional(),
  }),
  minInterval: minutes(5),
  async read({ http, settings }) {
    const { host, unit } = regions[settings.region ?? "global"];
    const answer = await http.json({
      url: `https://${host}/v1/users/me/balance`,
      headers: { authorization: `Bearer ${settings.apiKey}` },
      explain: ({ body }) => refusal(body),
      known: ["code", "data", "scode", "status"],
    });
    const refused = refusal(answer) ?? failure(answer);
    if (refused !== undefined) throw refused;
    const readings = balances(answer, unit);
    if (readings.length > 0) return { readings };
    throw new AppError("provider_unexpected_response", `${name} answered without a balance.`);
  },
});

const balanceFields = record({ available_balance: amount, voucher_balance: amount, cash_balance: amount });

/** What can be spent, and a debt beside it: cash may be owed while vouchers are left to use. */
function balances(answer: unknown, unit: string): Balance[] {
  const told = balanceFields.parse(unwrap(answer, ["available_balance", "voucher_balance", "cash_balance"]));
  const { available_balance: available, voucher_balance: vouchers, cash_balance: cash } = told ?? {};
  const sum = vouchers === undefined || cash === undefined ? undefined : vouchers + Math.max(0, cash);
  const remaining = available ?? sum;
  // A balance below zero holds the debt already.
  const isOwed = cash !== undefined && cash < 0 && (remaining === undefined || remaining >= 0);
  const balance = (id: string, label: string, remaining: number): Balance[] => [
    { kind: "balance", id, label, unit, remaining },
  ];
  return [
    ...(remaining === undefined ? [] : balance("balance", "Balance", remaining)),
    ...(isOwed ? balance("debt", "Cash (debt)", cash) : []),
  ];
}

const envelope = record({ code: amount, status: flag, error: z.unknown() });
const errorFields = record({ type: text });

/** The error that an answer means by its code or type, be it in an HTTP 200 or not; checked 2026-11-22. */
function refusal(answer: unknown): AppError | undefined {
  const told = envelope.parse(answer);
  const type = errorFields.parse(told?.error)?.type;
  if (told?.code === 401 || type === "invalid_authentication_error") {
    return new AppError(
      "provider_auth_rejected",
      `${name} does not accept the API key. Replace it; a key of platform.moonshot.cn needs \`region: china\` beside it, and one of Kimi Code belongs to the provider \`kimi\`.`,
    );
  }
  if (told?.code === 403) {
    return new AppError("provider_forbidden", `${name} refuses this key access to its balance (code 403).`);
  }
  if (type === "exceeded_current_quota_error") {
    return new AppError(
      "provider_needs_action",
      `The ${name} account is out of money or suspended: top it up.`,
    );
  }
  return told?.code === 429 ? rateLimited(name, undefined) : undefined;
}

/** The error of an HTTP 200 that says it is none. */
function failure(answer: unknown): AppError | undefined {
  const { code = 0, status = true } = envelope.parse(answer) ?? {};
  if (code === 0 && status) return undefined;
  const detail = code === 0 ? "" : ` (code ${code})`;
  return new AppError("provider_unexpected_response", `${name} failed to tell the balance${detail}.`);
}
