import { listOf, mapOf, textsOf } from "./glimpse.ts";
import { type Path, type Problem, quoted, suggestion } from "./problems.ts";

const kinds = "`slack:#channel`, `slack:C0123`, `discord:ID`, `webhook:NAME`, `email:NAME` or `terminal`";

/** Every place that alerts and digests are to be posted to must be one that the configuration leads to. */
export function checkTargets(settings: unknown): Problem[] {
  const whole = mapOf(settings);
  return ["alerts", "digest"].flatMap((section) =>
    listOf(whole[section]).flatMap((rule, index) =>
      checkPlaces(mapOf(rule).channels, [section, index, "channels"], whole),
    ),
  );
}

/** Every one of the channels, written at the path, must be one that the whole configuration leads to. */
export function checkPlaces(
  channels: unknown,
  path: Path,
  whole: Readonly<Record<string, unknown>>,
): Problem[] {
  return textsOf(channels).flatMap((target, place): Problem[] => {
    const message = target === undefined ? undefined : fault(target, whole);
    return message === undefined
      ? []
      : [{ path: Array.isArray(channels) ? [...path, place] : path, message }];
  });
}

function fault(target: string, settings: Readonly<Record<string, unknown>>): string | undefined {
  if (target === "" || target === "terminal") return undefined;
  const [, kind = "", name = ""] = /^([a-z]+):(.*)$/.exec(target) ?? [];
  switch (kind) {
    case "slack":
      if (!/^(#\S+|[CDGUW][A-Z0-9]+)$/.test(name))
        return "must be `slack:#channel` or `slack:` and a channel's id";
      return settings.slack === undefined ? "Slack is not set up here: add `slack`" : undefined;
    case "discord":
      if (!/^\d{1,20}$/.test(name)) return "must be `discord:` and the digits of a channel's id";
      return settings.discord === undefined ? "Discord is not set up here: add `discord`" : undefined;
    case "webhook":
    case "email":
      return unnamed(kind, name, mapOf(settings.channels));
    default:
      return `must be ${kinds}`;
  }
}

function unnamed(kind: "webhook" | "email", name: string, channels: Readonly<Record<string, unknown>>) {
  if (Object.hasOwn(channels, name) && mapOf(channels[name])[kind] !== undefined) return undefined;
  const known = Object.keys(channels).filter((channel) => mapOf(channels[channel])[kind] !== undefined);
  return `no ${kind} is called ${quoted(name)} under \`channels\`${suggestion(name, known)}`;
}

/** Named targets are either a webhook or an e-mail address, and e-mail needs a server. */
export function checkChannels(settings: unknown): Problem[] {
  const whole = mapOf(settings);
  return Object.entries(mapOf(whole.channels)).flatMap(([name, value]): Problem[] => {
    const { webhook, email, secret } = mapOf(value);
    const path = ["channels", name];
    if ((webhook === undefined) === (email === undefined)) {
      return [{ path, message: "needs either `webhook` or `email`" }];
    }
    if (email === undefined) return [];
    const problems: Problem[] = [];
    if (secret !== undefined)
      problems.push({ path: [...path, "secret"], message: "only goes together with `webhook`" });
    if (whole.email === undefined) {
      problems.push({
        path: [...path, "email"],
        message: "e-mail is not set up here: add `email` with `url` and `from`",
      });
    }
    return problems;
  });
}
