import type { Message, Text } from "../domain/message.ts";
import { type Quota, remainingPercent, usedPercent } from "../domain/quota.ts";
import { percentLeft } from "./format.ts";
import { windowName } from "./quota-table.ts";

/** A window has reached a threshold. */
export function quotaAlert(account: { name: string; providerName: string }, quota: Quota): Message {
  const left = remainingPercent(quota) ?? 0;
  const exhausted = left === 0;
  const text: Text = [
    `${windowName(quota)} window: `,
    { strong: exhausted ? "nothing left" : `${percentLeft(left)} left` },
    ...resetPart(quota),
  ];
  return {
    title: exhausted
      ? `${account.name} is exhausted`
      : `${account.name} has used ${Math.floor(usedPercent(quota) ?? 0)}%`,
    tone: left <= 10 ? "critical" : "warning",
    blocks: [{ type: "text", text }],
    footer: account.providerName,
  };
}

/** A window has started over. */
export function resetNotice(account: { name: string; providerName: string }, quota: Quota): Message {
  return {
    title: `${account.name} is back`,
    tone: "good",
    blocks: [
      {
        type: "text",
        text: [
          `${windowName(quota)} window: `,
          { strong: `${percentLeft(remainingPercent(quota) ?? 0)} left` },
          ...resetPart(quota),
        ],
      },
    ],
    footer: account.providerName,
  };
}

function resetPart(quota: Quota) {
  if (quota.resetsAt === undefined) return ["."];
  return [", resets ", { instant: quota.resetsAt, style: "countdown" as const }, "."];
}
