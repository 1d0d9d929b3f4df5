import type { Account } from "../domain/account.ts";
import type { Chart, DrawChart } from "../domain/chart.ts";
import type { Message, Text } from "../domain/message.ts";
import { parsePeriod } from "../domain/period.ts";
import { AppError } from "../errors.ts";
import { nearest } from "../matching.ts";
import { type Drawing, quotaChartMessage, quotaChartTexts, severalAccounts } from "../messages/chart.ts";
import { costChartMessage, costChartTexts, isDrawable } from "../messages/chart-cost.ts";
import { plainText } from "../messages/format.ts";
import { missingArgument, unknownArgument, unknownWord } from "../messages/help.ts";
import { noUsage } from "../messages/no-usage.ts";
import type { Clock } from "../ports.ts";
import { chartCost } from "../services/chart-cost.ts";
import { chartQuotas, type ThresholdsOf } from "../services/chart-quotas.ts";
import { parseRange, type QuotaHistories } from "../services/quota-history.ts";
import type { QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Call, Command } from "./command.ts";
import { hasRecords, type LedgerCommandOptions } from "./ledger-options.ts";

export interface ChartCommandOptions
  extends Pick<QuotaCommandOptions, "reports" | "targets">,
    Pick<LedgerCommandOptions, "usageReports" | "today"> {
  histories: QuotaHistories;
  thresholdsOf: ThresholdsOf;
  draw: DrawChart;
  clock: Clock;
  timezone: string;
}

const usual = { quota: "24h", cost: "30d" };
const day = 86_400_000;

/** `/quota chart ACCOUNT|cost [RANGE]`: what was left over time, or what was spent by day; a picture where there are any. */
export function chartCommand(options: ChartCommandOptions): Command {
  const { targets } = options;

  const command: Command = {
    name: "chart",
    summary: "A picture of what was left over time, or of cost by day",
    parameters: [
      { name: "target", summary: "An account, or cost", required: true, kind: "target", or: "cost" },
      { name: "range", summary: "How far back: 24h, 7d, 30d", required: false, kind: "range" },
    ],
    adminsOnly: false,
    async *run(call) {
      const target = call.arguments.target?.trim();
      if (target === undefined || target === "") {
        yield missingArgument(command, ["cost", ...targets.complete("").map(({ value }) => value)]);
        return;
      }
      if (target.toLowerCase() === "cost") {
        yield await costAnswer(call);
        return;
      }
      const misread = misreadRange(target);
      if (misread !== undefined) {
        yield unknownArgument(command, misread.word, `chart ${misread.subject} ${usual.cost}`);
        return;
      }
      const [account, ...others] = targets.find(target);
      if (account === undefined) {
        const meant = targets.suggest(target) ?? nearest(target, ["cost"]);
        yield unknownWord(target, meant === undefined ? undefined : `chart ${meant}`);
      } else if (others.length > 0) yield severalAccounts(target, [account, ...others]);
      else yield await quotaAnswer(call, account);
    },
  };

  /** The last word, when what is before it is something to draw: then it was to be a range. */
  function misreadRange(target: string): { subject: string; word: string } | undefined {
    const [, head = "", word = ""] = /^(.+)\s+(\S+)$/s.exec(target) ?? [];
    if (word === "" || targets.find(target).length > 0) return undefined;
    if (head.toLowerCase() === "cost") return { subject: "cost", word };
    const [account] = targets.find(head);
    return account === undefined ? undefined : { subject: account.id, word };
  }

  async function quotaAnswer(call: Call, account: Account): Promise<Message> {
    if (call.refresh) await options.reports.read([account], "allowed");
    const range = call.arguments.range ?? usual.quota;
    const length = rangeOf(range);
    const answer = await chartQuotas(options, account, length);
    const { chart } = answer;
    const name = `quotabot-${account.id}-${range}.png`;
    const drawing = chart.lines.length === 0 ? {} : await drawn(call, chart, name, quotaChartTexts(chart));
    return quotaChartMessage(answer, { command: `chart ${account.id} ${range}`, range: length, drawing });
  }

  async function costAnswer(call: Call): Promise<Message> {
    const range = call.arguments.range ?? usual.cost;
    const days = Math.ceil(rangeOf(range) / day);
    const today = options.today();
    const period = parsePeriod(`${days}d`, today);
    if (period === undefined) throw new AppError("request_invalid", `"${range}" is no range.`);
    const { usageReports, timezone } = options;
    const charted = await chartCost({ usageReports, today, timezone }, period);
    if (!isDrawable(charted.chart) && !(await hasRecords(options))) return noUsage("Chart of cost");
    const name = `quotabot-cost-${days}d.png`;
    const drawing = isDrawable(charted.chart)
      ? await drawn(call, charted.chart, name, costChartTexts(charted))
      : {};
    return costChartMessage(charted, { command: `chart cost ${range}`, drawing });
  }

  async function drawn(call: Call, chart: Chart, name: string, texts: readonly Text[]): Promise<Drawing> {
    // A terminal shows no pictures.
    if (call.asker.surface === "terminal" || call.asker.surface === "cli") return {};
    const result = await options.draw(chart);
    if ("why" in result) return result;
    const place = { now: options.clock.now(), timezone: options.timezone };
    const alt = texts.map((text) => plainText(text, place)).join(" ");
    return { file: { name, mediaType: "image/png", content: result.png, picture: { alt } } };
  }

  return command;
}

function rangeOf(text: string): number {
  const range = parseRange(text);
  if (range === undefined) throw new AppError("request_invalid", `"${text}" is no range.`);
  return range;
}
