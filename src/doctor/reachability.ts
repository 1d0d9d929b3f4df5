import type { Finding } from "../core/messages/doctor.ts";
import { count, duration, listNames } from "../core/messages/format.ts";
import type { HostAnswer } from "./hosts.ts";

/** A host that was asked, and what for: "Z.ai (GLM)", "Slack". */
export interface AskedHost {
  /** With the port where it is not the usual one. */
  host: string;
  purposes: readonly string[];
  answer: HostAnswer;
}

const stages: Record<Extract<HostAnswer, { reached: false }>["stage"], [what: string, todo: string]> = {
  dns: [
    "its name cannot be resolved",
    "Check the name (an account's `baseUrl`?), this machine's DNS and its network.",
  ],
  tcp: [
    "nobody takes the connection",
    "Check that a firewall lets this machine out to it, that the port is right and, where it is yours, that it runs.",
  ],
  tls: [
    "the connection cannot be made safe",
    "Check the certificate there. Where something on the way replaces it, name its authority in NODE_EXTRA_CA_CERTS.",
  ],
  http: [
    "it takes the connection and does not answer",
    "Try again later; a proxy or a firewall may hold it up.",
  ],
};

const plainAdvice = "It seems to speak no TLS on that port: write http:// where that is meant.";

/** Which hosts can be reached. When none can, that is one finding: the machine has no network. */
export function hostFindings(asked: readonly AskedHost[]): readonly Finding[] {
  const failed = asked.filter(({ answer }) => !answer.reached);
  const kinds = new Set(failed.map(({ answer }) => (answer.reached ? "" : answer.stage)));
  const [only] = failed;
  if (asked.length > 2 && failed.length === asked.length && kinds.size === 1 && only !== undefined) {
    const hosts = listNames(asked.map(({ host }) => host));
    const told = findingOf(only);
    return [
      {
        ...{ ...told, name: "Network" },
        message: `none of ${count(asked.length, "host")} can be reached (${hosts}): ${told.message}`,
        todo: `This machine seems to have no way out. ${told.todo ?? ""}`.trim(),
      },
    ];
  }
  const reached = asked.filter(({ answer }) => answer.reached);
  if (reached.length === 0) return failed.map(findingOf);
  const all: Finding = {
    ...{ check: "host", name: "Hosts", level: "ok" },
    message: `reached: ${listNames(
      reached.map(({ host }) => host),
      20,
    )}`,
  };
  return [...failed.map(findingOf), all];
}

function findingOf({ host, purposes, answer }: AskedHost): Finding {
  const named = { check: "host", name: host } as const;
  const whose = listNames(purposes);
  if (answer.reached) return { ...named, level: "ok", message: `answers (${whose})` };
  const { what, todo } = wordsOf(answer);
  return { ...named, level: "problem", message: `not reached for ${whose}: ${what}`, todo };
}

function wordsOf({ stage, code }: Extract<HostAnswer, { reached: false }>): { what: string; todo: string } {
  const [what, todo] = stages[stage];
  return {
    what: code === undefined ? what : `${what} (${code})`,
    todo: code === "ERR_SSL_WRONG_VERSION_NUMBER" ? plainAdvice : todo,
  };
}

/** Whether what a webhook posts to can be reached; the host's name is all that is told of its address. */
export function webhookFinding(id: string, host: string, answer: HostAnswer): Finding {
  const named = { check: "channel", name: id } as const;
  if (!answer.reached) {
    const { what, todo } = wordsOf(answer);
    return { ...named, level: "problem", message: `${host} is not reached: ${what}`, todo };
  }
  const test = `\`quotabot send-test ${id}\``;
  return { ...named, level: "ok", message: `${host} can be reached; ${test} posts to it` };
}

/** Milliseconds by which a clock may be wrong. */
const tolerated = 60_000;

/** Whether our clock is right, by what the hosts say: the middle one counts, as one of them may be wrong itself. */
export function clockFinding(answers: readonly HostAnswer[]): Finding {
  const told = answers
    .flatMap((answer) => (answer.reached ? (answer.ahead ?? []) : []))
    .sort((a, b) => a - b);
  const ahead = told[Math.floor(told.length / 2)];
  const named = { check: "clock", name: "Clock" } as const;
  if (ahead === undefined) {
    return { ...named, level: "ok", message: "not compared: nobody who was asked told the time" };
  }
  const by = `by the time that ${count(told.length, "host")} told`;
  if (Math.abs(ahead) <= tolerated) return { ...named, level: "ok", message: `right, ${by}` };
  const which = ahead > 0 ? "ahead" : "behind";
  return {
    ...{ ...named, level: "warning" },
    message: `${duration(Math.abs(ahead))} ${which}, ${by}: resets, alerts and days come at the wrong time`,
    todo: "Let this machine set its clock by the network (NTP), for example with `timedatectl set-ntp true`.",
  };
}
