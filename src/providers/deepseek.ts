import { z } from "zod";
import type { Balance } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, minutes, secret } from "../core/provider.ts";
import { amount, flag, list, record, text, unwrap } from "./kit/lenient.ts";
import { withDistinctIds } from "./kit/naming.ts";
import { total } from "./kit/totals.ts";

const name = "DeepSeek";

/** The prepaid balance of a DeepSeek account, from the documented call; checked 2026-11-22. */
export const deepseek = defineProvider({
  id: "deepseek",
  name,
  official: true,
  billing: "prepaid",
  priceList: ["deepseek"],
  hosts: ["api.deepseek.com"],
  settings: z.object({ apiKey: secret("DEEPSEEK_API_KEY") }),
  minInterval: minutes(5),
  async read({ http, settings }) {
    const answer = await http.json({
      url: "https://api.deepseek.com/user/balance",
      headers: { authorization: `Bearer ${settings.apiKey}` },
      known: ["is_available", "balance_infos"],
    });
    const told = balanceFields.parse(unwrap(answer, ["balance_infos", "is_available"]));
    const readings = (told?.balance_infos ?? []).flatMap((info) => toBalance(info) ?? []);
    if (readings.length > 0) return { readings: withDistinctIds(readings) };
    if (told?.is_available === false) {
      throw new AppError(
        "provider_needs_action",
        `${name} says that the account has no balance for calls: top it up.`,
      );
    }
    throw new AppError("provider_unexpected_response", `${name} answered without a balance.`);
  },
});

const balanceInfo = record({
  /** ISO 4217; an account may hold several. */
  currency: text,
  total_balance: amount,
  granted_balance: amount,
  topped_up_balance: amount,
});

const balanceFields = record({ is_available: flag, balance_infos: list(balanceInfo) });

/** Undefined for an amount that nobody can read: without a figure, or without its currency. */
function toBalance(info: NonNullable<z.output<typeof balanceInfo>>): Balance | undefined {
  const unit = info.currency?.toLowerCase();
  const remaining = info.total_balance ?? total([info.granted_balance, info.topped_up_balance]);
  if (remaining === undefined || unit === undefined || !/^[a-z]{3}$/.test(unit)) return undefined;
  return { kind: "balance", id: `balance-${unit}`, label: "Balance", unit, remaining };
}
