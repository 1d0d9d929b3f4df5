import { z } from "zod";
import { billings } from "../core/domain/usage.ts";
import { knownKeys } from "./issues.ts";
import { mailServer } from "./mail-server.ts";
import {
  address,
  baseAddress,
  days,
  discordId,
  dollars,
  duration,
  flag,
  id,
  items,
  mailAddress,
  number,
  oneOrMore,
  port,
  target,
  text,
  thresholds,
  timeOfDay,
  usualThresholds,
  webAddress,
  weekdays,
  withoutAbsent,
  zone,
} from "./values.ts";

/** A map with these keys only. */
function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? knownKeys(Object.keys(shape)) : undefined),
  });
}

const hours = 3_600_000;

const window = section({
  id,
  label: text.optional(),
  unit: z.enum(["requests", "tokens", "credits", "usd", "cny", "minutes", "hours"]),
  limit: number(z.number().gt(0)),
  rolling: duration.optional(),
  resets: section({
    at: timeOfDay.optional(),
    day: number(z.int().min(1).max(31)).optional(),
    zone: zone.optional(),
  }).optional(),
});

const account = section({
  id,
  provider: text,
  label: text.refine(({ length }) => length <= 80, "must be at most 80 characters long").optional(),
  acceptUnofficial: flag.default(false),
  push: flag.default(false),
  credentials: z.preprocess(withoutAbsent, z.record(z.string(), text)).optional(),
  interval: duration.optional(),
  baseUrl: baseAddress.optional(),
  tags: z.array(id).default([]),
  windows: z.array(window).default([]),
  usage: section({
    users: oneOrMore(text).optional(),
    services: oneOrMore(text).optional(),
    keys: oneOrMore(text).optional(),
    models: oneOrMore(text).optional(),
  }).optional(),
});

const amount = number(z.number().min(0).max(1_000_000));

/** US dollars for a million tokens, a minute, a request. */
const price = section({
  provider: text,
  model: text.optional(),
  input: amount.optional(),
  output: amount.optional(),
  cacheRead: amount.optional(),
  cacheWrite: amount.optional(),
  reasoning: amount.optional(),
  perMinute: amount.optional(),
  perRequest: amount.optional(),
});

const billing = z.enum(billings);

const budget = section({
  id,
  period: z.enum(["day", "week", "month"]),
  usd: number(z.number().gt(0)),
  at: thresholds.default([80, 100]),
  switchTo: billing.optional(),
});

const alert = section({
  accounts: oneOrMore(text).default(["*"]),
  windows: oneOrMore(text).optional(),
  at: thresholds.default([...usualThresholds]),
  resets: flag.default(false),
  events: oneOrMore(text).optional(),
  channels: oneOrMore(target),
});
export type WrittenAlert = z.output<typeof alert>;

const quietHours = section({
  from: timeOfDay,
  to: timeOfDay,
  zone: zone.optional(),
  except: z.array(text).default(["exhausted", "budget-exceeded"]),
  channels: oneOrMore(target).optional(),
});
export type WrittenQuietHours = z.output<typeof quietHours>;

const digest = section({
  at: timeOfDay,
  days: days.optional(),
  channels: oneOrMore(target),
  period: z.enum(["day", "week", "month"]).default("day"),
  skipEmpty: flag.default(false),
}).transform(({ days: written, ...rest }) => ({
  ...rest,
  days: written ?? (rest.period === "week" ? weekdays.slice(0, 1) : weekdays),
}));

const channel = section({
  webhook: webAddress.optional(),
  secret: text.optional(),
  email: mailAddress.optional(),
  events: oneOrMore(text).optional(),
});
export type WrittenChannel = z.output<typeof channel>;

const slack = section({
  token: text,
  appToken: text.optional(),
  signingSecret: text.optional(),
  port: port.optional(),
  host: text.optional(),
  // Without the slash at the end Slack's client would drop the last part of the path.
  apiUrl: baseAddress.transform((url) => url.replace(/\/*$/, "/")).optional(),
});

const discord = section({ token: text, guild: discordId.optional(), apiUrl: baseAddress.optional() });

const admins = section({
  slack: z.array(text.regex(/^[UW]\w+$/, "must be the id of a person, such as U012ABCDEF")).default([]),
  discord: z.array(discordId).default([]),
  discordRoles: z.array(discordId).default([]),
});

const httpKey = section({
  name: id,
  key: text,
  scopes: items(z.enum(["read", "ingest", "admin"])),
});

const http = section({
  host: text.default("127.0.0.1"),
  port: port.default(8787),
  keys: z.array(httpKey).default([]),
});

const storage = section({
  driver: z.enum(["lowdb", "postgres"]),
  url: address("postgres://", "postgresql://").optional(),
}).transform(({ driver, url }) =>
  driver === "postgres" && url !== undefined ? { driver, url } : { driver: "lowdb" as const },
);

const agents = section({
  maxConcurrent: z.record(z.string(), number(z.int().min(1))).default({}),
  maxConcurrentPerAccount: z.record(id, number(z.int().min(1))).default({}),
  lendUnused: flag.default(false),
  allocationTtl: duration.default(4 * hours),
});

/** Everything that may stand in quotabot.yml, field by field; what ties fields together is in the checks. */
export const schema = section({
  timezone: zone.optional(),
  dataDir: text.default("./data"),
  storage: storage.default({ driver: "lowdb" }),
  retention: section({ records: duration.default(35 * 24 * hours) }).prefault({}),
  privacy: section({ users: z.enum(["keep", "hash", "drop"]).default("keep") }).prefault({}),
  accounts: z.array(account).default([]),
  combos: z.record(id, items(text)).default({}),
  prices: z.array(price).default([]),
  billing: z.record(id, billing).default({}),
  budgets: z.array(budget).default([]),
  alerts: z.array(alert).default([]),
  quietHours: z.union([quietHours, z.array(quietHours)]).optional(),
  postsPerHour: number(z.int().min(1).max(1000)).default(20),
  anomaly: section({
    factor: number(z.number().gt(1)).default(2),
    minimumUsd: dollars.default(1),
    minimumDays: number(z.int().min(1).max(14)).default(3),
  }).prefault({}),
  digest: z.array(digest).default([]),
  channels: z.record(id, channel).default({}),
  email: section({ url: mailServer, from: mailAddress }).optional(),
  slack: slack.optional(),
  discord: discord.optional(),
  admins: admins.prefault({}),
  http: http.optional(),
  agents: agents.prefault({}),
  sharedPools: z.enum(["auto", "owner", "off"]).default("auto"),
});
