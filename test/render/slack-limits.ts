/**
 * What Slack's documentation says a message may hold, as a check of our own (docs.slack.dev/reference/block-kit and
 * the limits of nicklambourne/slackblocks, checked 2026-11-22). Returns every problem found.
 */
export function problemsOf({ text, blocks }: { text: string; blocks: readonly object[] }): string[] {
  const problems: string[] = [];
  const expect = (ok: boolean, what: string) => {
    if (!ok) problems.push(what);
  };
  const sized = (value: unknown, least: number, most: number, what: string) => {
    const length = typeof value === "string" ? [...value].length : -1;
    expect(length >= least && length <= most, `${what}: ${length} characters`);
  };

  sized(text, 1, 3_000, "text");
  expect(blocks.length <= 50, `${blocks.length} blocks`);
  expect(characters(blocks) <= 12_000, `${characters(blocks)} characters in all`);
  expect(blocks.filter((block) => record(block).type === "table").length <= 1, "more than one table");

  for (const each of blocks) {
    const block = record(each);
    const type = String(block.type);
    if (type === "header") sized(record(block.text).text, 1, 150, "header");
    else if (type === "section") {
      const fields = list(block.fields);
      expect(block.text !== undefined || fields.length > 0, "empty section");
      if (block.text !== undefined) sized(record(block.text).text, 1, 3_000, "section");
      expect(fields.length <= 10, `${fields.length} fields`);
      for (const field of fields) sized(record(field).text, 1, 2_000, "field");
    } else if (type === "context") {
      const elements = list(block.elements);
      expect(elements.length >= 1 && elements.length <= 10, "context elements");
      for (const element of elements) sized(record(element).text, 1, 3_000, "context");
    } else if (type === "actions") {
      const buttons = list(block.elements).map(record);
      expect(buttons.length >= 1 && buttons.length <= 25, `${buttons.length} buttons`);
      expect(new Set(buttons.map((button) => button.action_id)).size === buttons.length, "action_id twice");
      for (const button of buttons) {
        sized(record(button.text).text, 1, 75, "button");
        if (button.value !== undefined) sized(button.value, 1, 2_000, "button value");
      }
    } else if (type === "table") {
      const rows = list(block.rows).map(list);
      expect(rows.length >= 2 && rows.length <= 100, `${rows.length} rows`);
      expect(characters(rows) <= 10_000, `${characters(rows)} characters in a table`);
      for (const row of rows) {
        expect(row.length >= 1 && row.length <= 20, `${row.length} columns`);
        expect(row.length === rows[0]?.length, "ragged table");
        for (const cell of row) richText(record(cell));
      }
    } else if (type === "rich_text") richText(block);
    else problems.push(`unknown block ${type}`);
  }
  return problems;

  function richText(block: Record<string, unknown>): void {
    const sections = list(block.elements).map(record);
    expect(sections.length > 0, "empty rich text");
    for (const section of sections) {
      const elements = list(section.elements).map(record);
      expect(elements.length > 0, "empty rich text section");
      for (const element of elements) {
        if (element.type === "date") expect(Number.isInteger(element.timestamp), "date without a time");
        else if (element.type === "user") expect(/^[UW]/.test(String(element.user_id)), "no user");
        else sized(element.text, 1, 10_000, "rich text element");
      }
    }
  }
}

/** Everything that looks live to Slack in text that it parses or shows: mentions. A button's value is shown to nobody. */
export function mentionsIn({ text, blocks }: { text: string; blocks: readonly object[] }): string[] {
  const everything = `${text}\n${JSON.stringify(blocks, (key, item) => (key === "value" ? undefined : item))}`;
  return [...everything.matchAll(/<[!@#](?!date\^)[^>]*>?|@(?:here|channel|everyone)/gi)].map(
    ([found]) => found,
  );
}

/** Characters that people read. */
function characters(value: unknown): number {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + characters(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  const shown = Object.entries(value).filter(([key]) => !["type", "action_id", "align"].includes(key));
  return shown.reduce((sum, [, item]) => sum + characters(item), 0);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
