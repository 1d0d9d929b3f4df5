import type { Provider } from "../../core/provider.ts";

/** "a", "a and b", "a, b and c". */
export function names(all: readonly string[]): string {
  return all.length < 2 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/** Why some accounts need a person's word before they are read. */
export function whatUnofficialMeans(providers: readonly Provider[]): string {
  const pushed = [...new Set(providers.filter(({ push }) => push !== undefined).map(({ name }) => name))];
  const instead =
    pushed.length === 0 ? "" : ` ${names(pushed)} can tell its numbers without that: docs/push.md.`;
  return (
    "Unofficial: the vendor publishes no API for this quota, so quotabot asks what the vendor's own tool asks. " +
    `The vendor may forbid that, change it, or block the account.${instead}`
  );
}

/**
 * Opens Slack's form for a new app with the manifest filled in (`new_app` is documented at
 * docs.slack.dev/app-manifests/configuring-apps-with-app-manifests; `manifest_yaml` is what many projects' links use;
 * checked 2026-11-22). A terminal shows the address in full, so comments and the long description are left
 * out.
 */
export function slackAppLink(manifest: string): string {
  const short = manifest.replace(/^\s*#.*\n/gm, "").replace(/^( *)long_description:.*\n(?:\1 +.*\n)*/m, "");
  const encoded = encodeURIComponent(short.trim()).replaceAll("'", "%27");
  return `https://api.slack.com/apps?new_app=1&manifest_yaml=${encoded}`;
}
