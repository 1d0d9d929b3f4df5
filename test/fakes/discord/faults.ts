/** What goes wrong with a request. */
export type Fault =
  /** Refused with this status before anything happens. */
  | { status: number; code?: number; retryAfter?: number }
  /** No answer for so long, and nothing happens. */
  | { hang: number }
  /** The connection is cut before anything happens. */
  | "dropped"
  /** All happens, but the connection is cut instead of an answer. */
  | "lost"
  /** All happens; the answer comes so many milliseconds later. */
  | { slow: number };

interface Rule {
  method: string;
  path: RegExp;
  fault: Fault;
  times: number;
}

/** Faults waiting for requests that they fit. */
export function createFaults() {
  const rules: Rule[] = [];
  return {
    add(method: string, path: RegExp, fault: Fault, times: number): void {
      rules.push({ method, path, fault, times });
    },
    take(method: string, path: string): Fault | undefined {
      const rule = rules.find((each) => each.times > 0 && each.method === method && each.path.test(path));
      if (rule === undefined) return undefined;
      rule.times -= 1;
      return rule.fault;
    },
    clear(): void {
      rules.length = 0;
    },
  };
}
