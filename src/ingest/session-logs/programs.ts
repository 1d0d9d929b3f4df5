import { join } from "node:path";
import type { LogProgram } from "../../core/session-log.ts";
import { readClaudeCode } from "./claude-code.ts";
import { readCodex } from "./codex.ts";

/**
 * The programs whose session logs are understood, each with the folders it keeps them in: as its variable in the
 * environment says (several, with commas between), else in the usual places.
 */
export function createLogPrograms(options: {
  environment: Readonly<Record<string, string | undefined>>;
  home: string;
}): readonly LogProgram[] {
  const { environment, home } = options;
  const configured = environment.XDG_CONFIG_HOME || join(home, ".config");
  const claude = listOf(environment.CLAUDE_CONFIG_DIR, [join(`${configured}/claude`), join(home, ".claude")]);
  const codex = listOf(environment.CODEX_HOME, [join(home, ".codex")]);
  return [
    {
      name: "claude-code",
      title: "Claude Code",
      service: "claude-code",
      folders: claude.map((folder) => join(folder, "projects")),
      open: readClaudeCode,
    },
    {
      name: "codex-cli",
      title: "Codex",
      service: "codex_cli_rs",
      folders: codex.flatMap((folder) => [join(folder, "sessions"), join(folder, "archived_sessions")]),
      open: readCodex,
    },
  ];
}

function listOf(written: string | undefined, usual: string[]): string[] {
  const named = (written ?? "").split(",").map((folder) => folder.trim());
  const found = named.filter((folder) => folder !== "");
  return found.length > 0 ? found : usual;
}
