import { findFile } from "./find.ts";
import { listOf, mapOf, textOf, textsOf } from "./glimpse.ts";
import type { Environment } from "./references.ts";
import { parseSettings } from "./yaml.ts";

/**
 * What a configuration calls its accounts, combos and channels, to complete what somebody types: whatever of it can be
 * read, however wrong the rest is. References stay as they are written. Never throws.
 */
export async function readNames(options: {
  path?: string | undefined;
  environment: Environment;
  cwd: string;
  home: string;
}) {
  const found = await findFile(options).catch(() => undefined);
  const text = found !== undefined && "text" in found.content ? found.content.text : "";
  const settings = mapOf(parseSettings(text).value);
  const accounts = listOf(settings.accounts).flatMap((written) => {
    const { id, label, provider } = mapOf(written);
    const known = textOf(id);
    return known === undefined ? [] : [{ id: known, label: textOf(label), provider: textOf(provider) }];
  });
  const posting = [...listOf(settings.alerts), ...listOf(settings.digest)];
  const channels = posting.flatMap((rule) => textsOf(mapOf(rule).channels)).filter((id) => id !== undefined);
  return { accounts, combos: Object.keys(mapOf(settings.combos)), channels: [...new Set(channels)] };
}
