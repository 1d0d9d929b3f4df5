import type { QuotaSample } from "../domain/history.ts";
import type { Message, Text } from "../domain/message.ts";
import type { QuotaHistory } from "../services/quota-history.ts";
import { listNames, quantity } from "./format.ts";

/**
 * What an account's quotas stood at over time, oldest first, in at most so many rows: the last sample of each stretch
 * of time stands for it. One reading alone also tells its resets.
 *
 * @param call `readings` names readings by their ids
 */
export function historyMessage(
  history: QuotaHistory,
  call: { name: string; readings: ReadonlyMap<string, string>; mostRows: number },
): Message {
  const ids = [...new Set(history.samples.map(({ reading }) => reading))];
  const [only] = ids.length === 1 ? ids : [];
  const nameOf = (id: string) => call.readings.get(id) ?? id;
  const title = `History of ${call.name}${only === undefined ? "" : `: ${nameOf(only)}`}`;
  if (ids.length === 0) return { title, tone: "neutral", blocks: [{ type: "text", text: empty(call) }] };
  const rows = stretches(history, call.mostRows).map((stretch): Text[] => {
    const cells = ids.map((id): Text => valueText(stretch.get(id)));
    const last = [...stretch.values()].reduce((a, b) => (b.at > a.at ? b : a));
    const resets: Text[] =
      only === undefined
        ? []
        : [last.resetsAt === undefined ? "" : { instant: last.resetsAt, style: "moment" }];
    return [{ instant: last.at, style: "moment" }, ...cells, ...resets];
  });
  const heads = ids.map((id) => ({
    title: only === undefined ? nameOf(id) : headOf(history.samples[0]),
    align: "right" as const,
  }));
  return {
    title,
    tone: "neutral",
    blocks: [
      {
        type: "table",
        columns: [{ title: "At" }, ...heads, ...(only === undefined ? [] : [{ title: "Resets" }])],
        rows,
      },
    ],
  };
}

function empty({ readings }: { readings: ReadonlyMap<string, string> }): string {
  const known = listNames([...readings.keys()], 10);
  return `Nothing was read in this time.${known === "" ? "" : ` Its windows are ${known}.`}`;
}

function headOf(sample: QuotaSample | undefined): string {
  return sample?.kind === "balance" ? "Left" : "Used";
}

/** The last sample of each reading in each of so many equally long stretches of time; empty ones are left out. */
function stretches({ from, to, samples }: QuotaHistory, most: number): Map<string, QuotaSample>[] {
  const length = Math.max(1, Math.ceil((to - from + 1) / Math.max(1, most)));
  const found = new Map<number, Map<string, QuotaSample>>();
  for (const sample of samples) {
    const number = Math.floor((sample.at - from) / length);
    const stretch = found.get(number) ?? new Map<string, QuotaSample>();
    found.set(number, stretch.set(sample.reading, sample));
  }
  return [...found].sort(([a], [b]) => a - b).map(([, stretch]) => stretch);
}

function valueText(sample: QuotaSample | undefined): string {
  if (sample === undefined) return "";
  const { kind, value, limit } = sample;
  if (kind === "quota" && limit !== undefined && limit > 0) return quantity((value / limit) * 100, "percent");
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}
