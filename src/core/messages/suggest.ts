import type { Message } from "../domain/message.ts";
import type { SuggestReport } from "../services/suggest.ts";
import { count } from "./format.ts";
import { answerActions } from "./quota-table.ts";
import { suggestionTitle, suggestionWords } from "./suggest-words.ts";
import type { UsageNames } from "./usage-names.ts";

const most = 10;

/** Where money or quota could be saved, or how much data is missing to say so. */
export function suggestMessage(report: SuggestReport, names: UsageNames): Message {
  const { suggestions, days, needs } = report;
  const actions = { type: "actions", actions: answerActions("suggest") } as const;
  if (suggestions.length === 0) {
    const text =
      days < needs
        ? `Nothing to suggest yet: it needs ${needs} days of data, and there ${days === 1 ? "is" : "are"} ${count(days, "day")}.`
        : `Nothing to suggest: ${days} days of data show nothing that could be saved.`;
    return { title: "Suggestions", tone: "neutral", blocks: [{ type: "text", text }, actions] };
  }
  const facts = suggestions.slice(0, most).map((one) => ({
    label: suggestionTitle(one),
    value: suggestionWords(one, names.account),
  }));
  const more = suggestions.length - facts.length;
  return {
    title: "Suggestions",
    tone: "neutral",
    blocks: [
      { type: "facts", facts },
      ...(more > 0 ? [{ type: "text" as const, text: `and ${more} more.` }] : []),
      actions,
    ],
    footer: `From ${count(days, "day")} of data.`,
  };
}
