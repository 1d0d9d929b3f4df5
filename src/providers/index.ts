import type { Provider } from "../core/provider.ts";
import { antigravity } from "./antigravity.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import { geminiCli } from "./gemini-cli.ts";
import { zai } from "./zai.ts";

/** Every provider, in the order people are shown them. */
export const providers: readonly Provider[] = [claude, codex, copilot, antigravity, geminiCli, zai];
