import { setImmediate as pause } from "node:timers/promises";
import { Gauge, type Registry } from "prom-client";

export type Labels = Readonly<Record<string, string>>;

/** A gauge whose series are made anew for every scrape. */
interface Series {
  gauge: Gauge<string>;
  labelled: boolean;
}

/** Notes what a series stands at; undefined, which is unknown, is no series. */
export type Put<Name> = (name: Name, labels: Labels, value: number | undefined) => void;

type Rows = (readonly [Series, Labels, number])[];

/** Gauges that come from one source, and are there or not together. */
export interface Part {
  name: string;
  /** Asks the source. What comes of it is shown by `show`. */
  gather(): Promise<Rows>;
  show(rows: Rows): Promise<void>;
  /** Takes all series away: nothing is known. */
  clear(): void;
}

/** So many series are set before others have their turn; they take a few milliseconds. */
const inTurn = 2_000;

/** Makes gauges of a registry: name with its unit, what it is, names of its labels. */
export function gaugesIn(registry: Registry) {
  return (name: string, help: string, labelNames: readonly string[] = []): Series => ({
    gauge: new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] }),
    labelled: labelNames.length > 0,
  });
}

/** @param gather asks the source, and puts what it knows */
export function createPart<Name extends string>(
  name: string,
  series: Readonly<Record<Name, Series>>,
  gather: (put: Put<Name>) => Promise<void>,
): Part {
  function clear(): void {
    for (const { gauge, labelled } of Object.values<Series>(series)) {
      gauge.reset();
      // Without labels it would stand at 0 now.
      if (!labelled) gauge.remove();
    }
  }

  return {
    name,
    clear,
    async gather() {
      const rows: Rows = [];
      await gather((key, labels, value) => {
        if (value !== undefined && Number.isFinite(value)) rows.push([series[key], labels, value]);
      });
      return rows;
    },
    async show(rows) {
      clear();
      for (const [index, [{ gauge }, labels, value]] of rows.entries()) {
        gauge.set(labels, value);
        if (index % inTurn === inTurn - 1) await pause();
      }
    },
  };
}
