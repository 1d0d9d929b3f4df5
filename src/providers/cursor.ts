import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, hours, secret } from "../core/provider.ts";
import { memberReadings, pageSize, type SpendPage, spendPage, teamReadings } from "./cursor-spend.ts";
import { readPages } from "./kit/pages.ts";

const name = "Cursor";

/** A team's spend and its members' caps, from the team admin API (documented, checked 2026-11-22). */
export const cursor = defineProvider({
  id: "cursor",
  name,
  official: true,
  billing: "subscription",
  priceList: ["cursor", "*"],
  hosts: ["api.cursor.com"],
  settings: z.object({ apiKey: secret("CURSOR_ADMIN_KEY") }),
  minInterval: hours(1),
  async read({ http, now, settings }) {
    // The key is the user name; there is no password.
    const authorization = `Basic ${Buffer.from(`${settings.apiKey}:`).toString("base64")}`;
    let first: SpendPage | undefined;
    const members = await readPages(name, async (cursor = "1") => {
      const answer = await http.json({
        method: "POST",
        url: "https://api.cursor.com/teams/spend",
        headers: { authorization },
        json: { page: Number(cursor), pageSize },
        explain: refusal,
        known: ["teamMemberSpend", "subscriptionCycleStart", "totalMembers", "totalPages"],
      });
      const page = spendPage(answer, Number(cursor));
      first ??= page;
      return page;
    });
    const cycle = { start: first?.cycleStart, now };
    return { readings: [...teamReadings(members, cycle), ...memberReadings(members, cycle)] };
  },
});

function refusal({ status, html }: HttpAnswer): AppError | undefined {
  if (html) return undefined;
  if (status === 401) {
    return new AppError(
      "provider_auth_rejected",
      "Cursor does not accept the key. It takes an Admin API key of the team, which its admins make in the dashboard.",
    );
  }
  if (status === 403) {
    return new AppError(
      "provider_forbidden",
      "Cursor refuses this key the team's spend. An admin of the team must make the key.",
    );
  }
  return undefined;
}
