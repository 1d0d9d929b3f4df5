import type { AlertEvent } from "./event.ts";
import type { Ending, Finding, Incident } from "./incident.ts";
import type { Instant, Reading, Spend } from "./quota.ts";

export interface OverageLook {
  findings: Finding[];
  endings: Map<string, Ending>;
  held: Set<string>;
  doubts: Map<string, Instant>;
}

/**
 * Finds money that a subscription has begun to cost beyond its price: the first paid unit after the included ones, once
 * in a period. A period is over when its reset has passed and the counter has fallen, or when two looks in a row say so.
 *
 * @param facts.open open incidents of the account on the channel
 */
export function findOverage(facts: {
  account: string;
  at: Instant;
  firstSight: boolean;
  readings: readonly Reading[];
  open: readonly Incident[];
}): OverageLook {
  const look: OverageLook = { findings: [], endings: new Map(), held: new Set(), doubts: new Map() };
  const prefix = `overage|${facts.account}|`;
  const spends = facts.readings.filter((reading) => reading.kind === "spend");
  for (const { subject } of facts.open) if (subject.startsWith(prefix)) look.held.add(subject);
  for (const spend of spends) {
    const subject = `${prefix}${spend.id}`;
    const open = facts.open.find((incident) => incident.subject === subject);
    look.held.delete(subject);
    const verdict = open === undefined ? "on" : verdictOn(open, spend, facts.at);
    if (open !== undefined && verdict === "doubted") {
      look.doubts.set(subject, open.doubtedAt ?? facts.at);
      look.findings.push({ subject, level: 1, event: open.event });
      continue;
    }
    if (open !== undefined && verdict === "over") {
      look.endings.set(subject, { event: { ...open.event, at: facts.at }, quiet: true });
    }
    if (spend.used > 0) {
      look.findings.push({ subject, level: 1, event: eventOf(spend, facts), silent: facts.firstSight });
    }
  }
  return look;
}

function verdictOn(open: Incident, { used, resetsAt }: Spend, at: Instant): "on" | "doubted" | "over" {
  const boundary = open.event.window?.resetsAt;
  const isPast = boundary !== undefined && at >= boundary;
  // The stored amount lags behind by up to a tenth.
  const hasFallen = used < (open.event.amount?.used ?? 0) * 0.9;
  if (isPast && hasFallen) return "over";
  const looksOver = hasFallen || (isPast && resetsAt !== undefined && resetsAt > boundary + 86_400_000);
  if (!looksOver) return "on";
  return open.doubtedAt !== undefined && at > open.doubtedAt ? "over" : "doubted";
}

function eventOf(spend: Spend, { account, at }: { account: string; at: Instant }): AlertEvent {
  const { id, label, used, limit, unit, resetsAt } = spend;
  return {
    type: "overage.started",
    at,
    account,
    window: { id, label, resetsAt },
    amount: { used, limit, unit },
  };
}
