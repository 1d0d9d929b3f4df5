import type { Message, Text } from "../domain/message.ts";
import { comesBack, type Instant, type Reading, remainingPercent } from "../domain/quota.ts";
import type { AccountReport, QuotaReport } from "../services/quota-report.ts";
import { percentLeft } from "./format.ts";
import { onePerPool } from "./pool-rows.ts";
import { answerActions, readingNow, windowName } from "./quota-table.ts";

/** Every known reset, soonest first. */
export function resetSchedule(report: QuotaReport, call: { command: string }): Message {
  const resets = onePerPool(report.accounts)
    .flatMap((account) => account.readings.flatMap((reading) => resetOf(account, reading)))
    .sort((a, b) => a.at - b.at);
  const reading = report.accounts.filter((account) => account.reading);
  const rows = resets.map((reset): Text[] => [
    reset.account,
    reset.window,
    reset.left,
    { instant: reset.at, style: "countdown" },
    { instant: reset.at, style: "moment" },
  ]);
  return {
    title: "Resets",
    tone: "neutral",
    blocks: [
      ...(reading.length > 0 ? [{ type: "text" as const, text: readingNow(reading) }] : []),
      rows.length > 0
        ? {
            type: "table",
            columns: [
              { title: "Account" },
              { title: "Window" },
              { title: "Left", align: "right" },
              { title: "Resets" },
              { title: "At" },
            ],
            rows,
          }
        : { type: "text", text: "No account has told when it resets." },
      { type: "actions", actions: answerActions(call.command) },
    ],
  };
}

function resetOf(
  account: AccountReport,
  reading: Reading,
): { at: Instant; account: string; window: string; left: string }[] {
  if (!comesBack(reading)) return [];
  const left = remainingPercent(reading);
  return [
    {
      at: reading.resetsAt,
      account: account.name,
      window: windowName(reading),
      left: left === undefined ? "" : percentLeft(left),
    },
  ];
}
