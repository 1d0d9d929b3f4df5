import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../config.ts";
import { type Account, accountName } from "../core/domain/account.ts";
import type { Finding } from "../core/messages/doctor.ts";
import { consentNeeded, type Provider } from "../core/provider.ts";
import type { DoctorCheck } from "../core/services/examine.ts";
import { type CredentialFile, examineCredentialFiles } from "../doctor/credential-files.ts";
import { examineDisk } from "../doctor/disk-space.ts";
import { askHost, type HostAnswer } from "../doctor/hosts.ts";
import { examinePort, keyFindings } from "../doctor/http-door.ts";
import { examinePermissions } from "../doctor/permissions.ts";
import { clockFinding, hostFindings, webhookFinding } from "../doctor/reachability.ts";
import { nodeFinding, timezoneFinding } from "../doctor/surroundings.ts";
import { expandPlace } from "../providers/reader/credential-file.ts";
import { createRedactor } from "../redact.ts";
import type { LockHolder } from "../stores/lock-holder.ts";
import { channelIds } from "./channels.ts";
import type { Machine } from "./core.ts";

/** Milliseconds for one call to a platform or a mail server. */
const timeout = 4_000;

/** Everything that `quotabot doctor` looks at beyond accounts, channels and store. No finding holds a secret. */
export function createDoctor(
  config: Config,
  machine: Machine,
  holder: LockHolder | undefined,
): { local: readonly DoctorCheck[]; network: readonly DoctorCheck[] } {
  const redact = createRedactor(config.secrets);
  const clean = (finding: Finding): Finding => ({
    ...finding,
    message: redact(finding.message),
    todo: finding.todo && redact(finding.todo),
  });
  const guard = (checks: readonly DoctorCheck[]): DoctorCheck[] =>
    checks.map((check) => ({ ...check, run: async (signal) => (await check.run(signal)).map(clean) }));
  return {
    local: guard(localChecks(config, machine, holder)),
    network: guard(networkChecks(config, machine, holder)),
  };
}

function localChecks(config: Config, machine: Machine, holder: LockHolder | undefined): DoctorCheck[] {
  const { dataDir, http } = config;
  const variables = join(dirname(config.file), ".env");
  const system = new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return [
    { check: "configuration", name: "Configuration", run: async () => warningsOf(config, machine.providers) },
    {
      ...{ check: "permissions", name: "File permissions" },
      run: () => examinePermissions({ folder: dataDir, variables }),
    },
    {
      ...{ check: "credentials", name: "Credential files" },
      run: async () => examineCredentialFiles(await credentialFiles(config, machine)),
    },
    { check: "disk", name: "Disk space", run: () => examineDisk(dataDir) },
    { check: "node", name: "Node.js", run: async () => [nodeFinding(process.versions.node)] },
    {
      ...{ check: "timezone", name: "Time zone" },
      run: async () => [timezoneFinding(config.timezone, system, machine.clock.now())],
    },
    ...(http === undefined
      ? []
      : [{ check: "http", name: "HTTP", run: async () => keyFindings(http) } as const]),
    ...(config.storage.driver === "lowdb"
      ? [{ check: "bot", name: "Running bot", run: async () => [botFinding(config, holder)] } as const]
      : []),
  ];
}

/** What looks wrong in the configuration; that an unofficial source is not agreed to is told with its account. */
function warningsOf({ warnings }: Config, providers: readonly Provider[]): readonly Finding[] {
  const consents = providers.map(consentNeeded);
  return warnings
    .filter((text) => !consents.some((consent) => text.includes(consent)))
    .map((message) => ({ check: "configuration", name: "Configuration", level: "warning", message }));
}

function botFinding({ dataDir }: Config, holder: LockHolder | undefined): Finding {
  const message =
    holder === undefined
      ? `none on ${dataDir}; \`quotabot start\` starts one`
      : `process ${holder.pid} on ${holder.host} since ${holder.startedAt}; accounts and settings are as it stored them last`;
  return { check: "bot", name: "Running bot", level: "ok", message };
}

/** Files that accounts name, and usual ones of accounts that name no credential at all. */
async function credentialFiles(config: Config, machine: Machine): Promise<CredentialFile[]> {
  const files: CredentialFile[] = [];
  for (const account of config.accounts.filter(({ push }) => push !== true)) {
    const provider = machine.providers.find(({ id }) => id === account.provider);
    const places = placesOf(account, provider).flatMap(
      (place) => expandPlace(place, machine.home, config.environment) ?? [],
    );
    const named = account.credentials?.file !== undefined;
    const path = named ? places[0] : await firstThere(places);
    if (path !== undefined) files.push({ account: accountName(account), path });
  }
  return files;
}

function placesOf({ credentials }: Account, provider: Provider | undefined): readonly string[] {
  if (credentials?.file !== undefined) return [credentials.file];
  return credentials === undefined ? (provider?.signIn?.files ?? []) : [];
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const there = await stat(path).then(
      () => true,
      ({ code }: NodeJS.ErrnoException) => code !== "ENOENT" && code !== "ENOTDIR",
    );
    if (there) return path;
  }
  return undefined;
}

function networkChecks(config: Config, machine: Machine, holder: LockHolder | undefined): DoctorCheck[] {
  const { slack, discord, email, http, storage } = config;
  const { log } = machine;
  const channels = channelIds(config);
  const checks: DoctorCheck[] = [
    { check: "host", name: "Hosts", run: (signal) => examineHosts(config, machine, signal) },
  ];
  // The platforms' libraries are large: only those in use are loaded.
  if (slack !== undefined) {
    const run = async () =>
      (await import("../slack/doctor.ts")).examineSlack({ config: slack, channels, log, timeout });
    checks.push({ check: "slack", name: "Slack", run });
  }
  if (discord !== undefined) {
    const run = async () =>
      (await import("../discord/doctor.ts")).examineDiscord({ config: discord, channels, timeout });
    checks.push({ check: "discord", name: "Discord", run });
  }
  if (email !== undefined) {
    const run = async () =>
      (await import("../channels/mail-check.ts")).examineMail({ url: email.url, timeout });
    checks.push({ check: "mail", name: "E-mail", run });
  }
  if (http !== undefined) {
    const botRuns = storage.driver === "lowdb" ? holder !== undefined : undefined;
    checks.push({
      ...{ check: "http", name: "HTTP" },
      run: (signal) => examinePort(http, { botRuns, signal }),
    });
  }
  return checks;
}

/** Asks every host once, whatever for. */
async function examineHosts(
  config: Config,
  machine: Machine,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const hosts = hostsOf(config, machine.providers);
  const webhooks = webhooksOf(config);
  const origins = [...new Set([...hosts.keys(), ...webhooks.values()])];
  const answers = new Map(
    await Promise.all(
      origins.map(async (origin) => [origin, await askHost(origin, { ...machine, signal })] as const),
    ),
  );
  const answerOf = (origin: string): HostAnswer => answers.get(origin) ?? { reached: false, stage: "http" };
  const asked = [...hosts].map(([origin, purposes]) => ({
    ...{ host: new URL(origin).host, purposes: [...purposes] },
    answer: answerOf(origin),
  }));
  return [
    ...hostFindings(asked),
    ...(origins.length === 0 ? [] : [clockFinding([...answers.values()])]),
    ...[...webhooks].map(([id, origin]) => webhookFinding(id, new URL(origin).host, answerOf(origin))),
  ];
}

/** Every origin that the bot asks, with what for. */
function hostsOf(config: Config, providers: readonly Provider[]): Map<string, Set<string>> {
  const origins = new Map<string, Set<string>>();
  const add = (address: string, purpose: string) => {
    const { origin } = new URL(address);
    origins.set(origin, (origins.get(origin) ?? new Set()).add(purpose));
  };
  for (const account of config.accounts) {
    const provider = providers.find(({ id }) => id === account.provider);
    if (provider === undefined || account.push === true) continue;
    // Nobody has agreed to its being asked anything.
    if (!provider.official && account.acceptUnofficial !== true) continue;
    const address = account.baseUrl ?? provider.selfHosted?.usualUrl;
    if (address !== undefined) add(address, provider.name);
    else if (provider.selfHosted === undefined) {
      for (const host of provider.hosts) add(`https://${host}`, provider.name);
    }
  }
  const { slack, discord } = config;
  if (slack !== undefined) add(slack.apiUrl ?? "https://slack.com", "Slack");
  if (discord !== undefined) add(discord.apiUrl ?? "https://discord.com", "Discord");
  return origins;
}

/** The origins of the webhooks that something is posted to, by channel. A token may stand in the rest of an address. */
function webhooksOf(config: Config): Map<string, string> {
  const used = new Set(channelIds(config));
  return new Map(
    Object.entries(config.channels).flatMap(([name, { webhook }]) =>
      webhook !== undefined && used.has(`webhook:${name}`)
        ? [[`webhook:${name}`, new URL(webhook).origin] as const]
        : [],
    ),
  );
}
