/**
 * The command line in a message that mentions the bot: what follows the mention, with Slack's markup undone.
 * `bot` is the bot's user id; unknown, the first mention counts as its.
 */
export function commandLineOf(text: string, bot: string | undefined): string {
  const own = bot === undefined ? -1 : text.search(new RegExp(`<@${bot}[>|]`));
  const start = own >= 0 ? own : text.search(/<@[UW]/);
  const after = start < 0 ? text : text.slice(text.indexOf(">", start) + 1);
  return after
    .replace(/<(?:[^<>|]*\|)?([^<>|]*)>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();
}
