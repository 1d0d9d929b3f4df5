import type { Check } from "./ask.ts";

/** What cannot be left out, and stands in the configuration as it is. */
export const required: Check = (written) =>
  written === "" ? "This is needed." : written.includes("${") ? "Without ${, please." : undefined;

export const webAddress: Check = (written) =>
  /^https?:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/i.test(written) && URL.canParse(written)
    ? undefined
    : "An address such as https://proxy.example.org, without user, password and query.";

const slackKinds = [
  ["xoxb-", "bot token"],
  ["xapp-", "app-level token"],
  ["xoxp-", "user token"],
  ["xoxe", "token that rotates"],
] as const;

/** A token of Slack that begins as told. */
export function slackToken(beginning: "xoxb-" | "xapp-"): Check {
  return (written) => {
    if (written === "" || (written.startsWith(beginning) && /^[\w-]{6,}$/.test(written))) return undefined;
    const other = slackKinds.find(([start]) => written.startsWith(start))?.[1];
    const wanted = slackKinds.find(([start]) => start === beginning)?.[1];
    const seen = other === undefined || other === wanted ? "" : `That is the ${other}. `;
    return `${seen}The ${wanted} begins with ${beginning} and has no spaces.`;
  };
}

/** The bot's token; its first part is the id of the application. */
export const discordToken: Check = (written) =>
  written === "" || applicationOf(written) !== undefined
    ? undefined
    : "A bot token has three parts with dots between them: Bot, Reset Token.";

/** The id of the application that a bot token of Discord belongs to; undefined for what is none. */
export function applicationOf(token: string): string | undefined {
  const [first = ""] = /^[\w-]{16,}(?=\.[\w-]{4,}\.[\w-]{16,}$)/.exec(token) ?? [];
  const id = Buffer.from(first, "base64url").toString("latin1");
  return /^\d{15,20}$/.test(id) ? id : undefined;
}

export const discordId: Check = (written) =>
  written === "" || /^\d{15,20}$/.test(written)
    ? undefined
    : "An id has 15 to 20 digits (Developer Mode shows them).";

export const slackChannel: Check = (written) =>
  written === "" || /^(#[^\s#"]+|[CG][A-Z0-9]{2,})$/.test(written)
    ? undefined
    : "A channel such as #ai-quota, or its id such as C012ABCDEF.";

/** Several ids, with commas or spaces between them. */
export function listOf(check: RegExp, hint: string): Check {
  return (written) => (partsOf(written).every((part) => check.test(part)) ? undefined : hint);
}

export function partsOf(written: string): readonly string[] {
  return written.split(/[\s,]+/).filter((part) => part !== "");
}

export const zone: Check = (written) => {
  const hint = "The name of a time zone, such as Europe/Berlin.";
  if (!/^[A-Za-z]/.test(written)) return hint;
  try {
    new Intl.DateTimeFormat("en", { timeZone: written });
    return undefined;
  } catch {
    return hint;
  }
};

export const dollars: Check = (written) =>
  /^\d{1,7}(\.\d{1,2})?$/.test(written) && Number(written) > 0
    ? undefined
    : "An amount of US dollars, such as 150.";
