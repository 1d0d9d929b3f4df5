import { isIP } from "node:net";
import { toInstant } from "../kit/lenient.ts";
import type { Fakes } from "./fakes.ts";

/** A text with stand-ins for all that looks like a secret or like somebody. `hosts` are everybody's and stay. */
export function scrubText(text: string, fakes: Fakes, hosts: readonly string[]): string {
  if (fakes.isFake(text) || isDate(text)) return text;
  let result = fakes.replaceKnown(text);
  result = result.replace(/\bhttps?:\/\/[^\s"'<>`]+/gi, (url) => scrubUrl(url, fakes, hosts));
  result = result.replace(/[\w.+%-]+@[\w-]+(\.[\w-]+)+/g, (mail) => fakes.of("e-mail", mail));
  result = result.replace(/\beyJ[\w-]{8,}(\.[\w-]+){0,2}/g, (token) => fakes.of("secret", token));
  result = result.replace(
    /\b(Bearer|Basic) +((?=\S*\d)\S{6,}|\S{20,})/gi,
    (_, scheme: string, token: string) => {
      return `${scheme} ${fakes.of("secret", token)}`;
    },
  );
  // The two ends of a key: sk-...AAAA, ****1234.
  result = result.replace(/[\w-]*(?:\*{2,}|\.{3}|…)[\w-]{2,}/g, (tail) => fakes.of("secret", tail));
  result = result.replace(
    /\b(?:sk|pk|rk|gsk|xai|ghp|gho|ghu|ghs|xox[abprs]|ya29|AIza)[-_.]?[\w.-]{12,}/g,
    (token) => (fakes.isFake(token) ? token : fakes.of("secret", token)),
  );
  result = result.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (uuid) => fakes.of("id", uuid));
  result = result.replace(/[0-9a-f.:]{6,}/gi, (address) =>
    isIP(address) === 0 ? address : fakes.of("IP address", address),
  );
  result = result.replace(/\+\d[\d ()-]{7,}\d/g, (phone) => fakes.of("id", phone));
  return result.replace(/[A-Za-z0-9][A-Za-z0-9_-]{5,}/g, (word) =>
    !fakes.isFake(word) && isId(word) ? fakes.of("id", word) : word,
  );
}

/** Whether the whole text is an instant, which is kept as it is. */
export function isDate(text: string): boolean {
  return toInstant(text) !== undefined;
}

/**
 * Whether a word was made by a machine for one thing alone: digits and letters without order, or a prefix for a kind
 * of thing before a number. Ids of models and dates are made of words and short numbers, and are not.
 */
function isId(word: string): boolean {
  // 71h15m27s
  if (/^(\d+(ms|[dhms]))+$/.test(word)) return false;
  if (/^\d+$/.test(word)) return word.length >= 10 && toInstant(Number(word)) === undefined;
  if (/^[0-9a-f]{12,}$/i.test(word) && /\d/.test(word)) return true;
  if (
    /^(org|user|acct|account|cus|sub|proj|project|team|ws|key|req|sess|conn|auth0)[-_](?=\S*\d)\w{3,}$/i.test(
      word,
    )
  ) {
    return true;
  }
  const parts = word.split(/[-_]/);
  return parts.some((part) => {
    if (part.length < 8 || !/\d/.test(part) || !/[a-z]/i.test(part)) return false;
    return !/^([a-z]+\d{1,4}|\d{1,4}[a-z]+|v\d+)$/i.test(part);
  });
}

/** Only the host of a known vendor stays; path and query may name somebody or open something. */
function scrubUrl(text: string, fakes: Fakes, hosts: readonly string[]): string {
  if (!URL.canParse(text)) return fakes.of("text", text);
  const url = new URL(text);
  const isKnown = hosts.some((host) => domainOf(host) === domainOf(url.hostname));
  const host = isKnown ? url.hostname : fakes.of("host", url.hostname);
  const path = url.pathname.split("/").map((part) => (part === "" ? "" : fakes.of("id", part)));
  const query = [...url.searchParams].map(
    ([name, value]) => `${fakes.replaceKnown(name)}=${value === "" ? "" : fakes.of("id", value)}`,
  );
  return `${url.protocol}//${host}${path.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

function domainOf(host: string): string {
  return host.split(".").slice(-2).join(".");
}
