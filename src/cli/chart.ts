import type { Account } from "../core/domain/account.ts";
import type { Chart } from "../core/domain/chart.ts";
import type { Message } from "../core/domain/message.ts";
import { AppError } from "../core/errors.ts";
import { quotaChartMessage } from "../core/messages/chart.ts";
import { costChartMessage, isDrawable } from "../core/messages/chart-cost.ts";
import { chartCost } from "../core/services/chart-cost.ts";
import { chartJson } from "../core/services/chart-json.ts";
import { chartQuotas } from "../core/services/chart-quotas.ts";
import { parseRange, rangeExamples } from "../core/services/quota-history.ts";
import { writeOwnFile } from "./own-file.ts";
import { selectAccounts } from "./quota.ts";
import type { CliOptions, Session } from "./session.ts";
import { type OutputOptions, periodNamed, print, printJson, todayOf, withSession } from "./with-session.ts";

export interface ChartOptions extends OutputOptions {
  output?: string | undefined;
}

const day = 86_400_000;

/**
 * Prints what was left of an account's windows, or what cost was, over a range such as "7d"; as JSON the series. With
 * `output` the picture goes into a new file. Throws request_invalid for an account or a range that is none, for a file
 * that cannot be made, and where there is nothing to draw in it; delivery_refused where no picture can be drawn.
 */
export async function printChart(
  cli: CliOptions,
  target: string,
  range: string | undefined,
  options: ChartOptions,
): Promise<void> {
  const isCost = target.trim().toLowerCase() === "cost";
  const length = parseRange(range ?? (isCost ? "30d" : "24h"));
  if (length === undefined)
    throw new AppError("request_invalid", `RANGE is ${rangeExamples}, not "${range}".`);
  await withSession(cli, options, async (session) => {
    const { chart, message, empty } = isCost
      ? await ofCost(session, length)
      : await ofAccount(session, accountMeant(session, target), length);
    if (options.output !== undefined) {
      if (empty) throw new AppError("request_invalid", "There is nothing to draw in this time.");
      await save(session, chart, options.output);
    }
    if (options.json) printJson(cli, chartJson(chart));
    else print(cli, session, options, message);
    if (options.output !== undefined) cli.errors.write(`Written to ${options.output}.\n`);
  });
}

interface Drawn {
  chart: Chart;
  message: Message;
  empty: boolean;
}

async function ofCost(session: Session, length: number): Promise<Drawn> {
  const today = todayOf(session);
  const period = periodNamed(`${Math.ceil(length / day)}d`, today);
  const { usageReports, timezone } = session;
  const charted = await chartCost({ usageReports, today, timezone }, period);
  const message = costChartMessage(charted, { command: "", drawing: {} });
  return { chart: charted.chart, message, empty: !isDrawable(charted.chart) };
}

async function ofAccount(session: Session, account: Account, range: number): Promise<Drawn> {
  const { reports, timezone, charts, history } = session;
  const parts = { reports, timezone, histories: history, thresholdsOf: charts.thresholdsOf };
  const answer = await chartQuotas(parts, account, range);
  const message = quotaChartMessage(answer, { command: "", range, drawing: {} });
  return { chart: answer.chart, message, empty: answer.chart.lines.length === 0 };
}

function accountMeant(session: Session, target: string): Account {
  const [account, ...others] = selectAccounts(session, { target });
  if (account === undefined) throw new AppError("request_invalid", "No account is configured.");
  if (others.length === 0) return account;
  const ids = [account, ...others].map(({ id }) => id).join(", ");
  throw new AppError("request_invalid", `A chart is of one account, and "${target}" means ${ids}.`);
}

async function save(session: Session, chart: Chart, path: string): Promise<void> {
  const drawn = await session.charts.draw(chart);
  if ("why" in drawn) throw new AppError("delivery_refused", drawn.why);
  await writeOwnFile(path, drawn.png);
}
