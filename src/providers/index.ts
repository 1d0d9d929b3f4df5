import type { Provider } from "../core/provider.ts";
import { nineRouter } from "./9router.ts";
import { anthropic } from "./anthropic.ts";
import { antigravity } from "./antigravity.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import { cursor } from "./cursor.ts";
import { deepgram } from "./deepgram.ts";
import { deepseek } from "./deepseek.ts";
import { gemini } from "./gemini.ts";
import { geminiCli } from "./gemini-cli.ts";
import { githubBilling } from "./github-billing.ts";
import { groq } from "./groq.ts";
import { iflow } from "./iflow.ts";
import { kimi } from "./kimi.ts";
import { kiro } from "./kiro.ts";
import { litellm } from "./litellm.ts";
import { minimax } from "./minimax.ts";
import { moonshot } from "./moonshot.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { qwen } from "./qwen.ts";
import { xai } from "./xai.ts";
import { zai } from "./zai.ts";

/** Every provider, in the order people are shown them. */
export const providers: readonly Provider[] = [
  claude,
  codex,
  copilot,
  antigravity,
  geminiCli,
  anthropic,
  openai,
  githubBilling,
  zai,
  gemini,
  minimax,
  kimi,
  moonshot,
  kiro,
  qwen,
  iflow,
  deepgram,
  openrouter,
  deepseek,
  xai,
  cursor,
  groq,
  litellm,
  nineRouter,
];
