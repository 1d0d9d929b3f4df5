import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { type Config, loadConfig } from "../../src/config.ts";
import { isAppError } from "../../src/core/errors.ts";
import { defineProvider, minutes, type Provider, secret } from "../../src/core/provider.ts";

const read = async () => ({ readings: [] });

/** Published, by key. */
export const openly = defineProvider({
  id: "openly",
  name: "Openly",
  official: true,
  hosts: ["api.openly.test"],
  settings: z.object({
    apiKey: secret("OPENLY_API_KEY"),
    teamId: z.string(),
    region: z.enum(["east", "west"]).optional(),
  }),
  minInterval: minutes(1),
  read,
});

/** Not published, with a sign-in of its own. */
export const privately = defineProvider({
  id: "privately",
  name: "Privately",
  official: false,
  hosts: ["privately.test"],
  settings: z.object({ accessToken: secret("PRIVATELY_TOKEN"), project: z.string().optional() }),
  signIn: {
    files: ["~/.privately.json"],
    fromFile: () => ({ accessToken: "from a file" }),
    refresh: () => ({ url: "https://privately.test/token" }),
  },
  minInterval: minutes(15),
  read,
});

export interface Attempt {
  config?: Config | undefined;
  problems: readonly string[];
  folder: string;
}

interface Settings {
  environment?: Record<string, string>;
  /** Further files by path in the folder. */
  files?: Record<string, string | Uint8Array>;
  path?: string;
  providers?: readonly Provider[];
}

/** A fresh folder with these files, gone after the test. */
export async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content, { mode: 0o600 });
  }
  return folder;
}

/** Loads a quotabot.yml with this content from a fresh folder, which is the current and the home folder too. */
export async function load(content: string | Uint8Array, settings: Settings = {}): Promise<Attempt> {
  const folder = await folderWith({ "quotabot.yml": content, ...settings.files });
  try {
    const config = await loadConfig({
      path: settings.path,
      environment: settings.environment ?? {},
      cwd: folder,
      home: join(folder, "home"),
      providers: settings.providers ?? [openly, privately],
    });
    return { config, problems: [], folder };
  } catch (error) {
    if (!isAppError(error, "config_invalid")) throw error;
    return { problems: error.details.problems ?? [], folder };
  }
}

/** The problems of a quotabot.yml with this content. */
export async function problemsOf(content: string | Uint8Array, settings: Settings = {}) {
  return (await load(content, settings)).problems;
}
