import type { ServerResponse } from "node:http";

/**
 * What goes wrong with one request. `status` answers like that and does nothing; `error` answers
 * `{ ok: false, error }`; `drop` closes the connection, `drop-after` does so after doing what was asked; `hang` never
 * answers, nor does `hang-after`, which does what was asked.
 */
export type Fault =
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "error"; error: string }
  | { kind: "drop" | "drop-after" | "hang" | "hang-after" };

/** Faults waiting for their request. A target is a Web API method, "response_url", "websocket", or "*". */
export function createFaults() {
  const waiting: { target: string; fault: Fault; left: number }[] = [];
  return {
    add(target: string, fault: Fault, times: number): void {
      waiting.push({ target, fault, left: times });
    },
    take(target: string): Fault | undefined {
      const found = waiting.find((each) => each.left > 0 && (each.target === target || each.target === "*"));
      if (found !== undefined) found.left -= 1;
      return found?.fault;
    },
  };
}

/** Answers as the fault says; false when there is something to do first. */
export function spoil(fault: Fault | undefined, response: ServerResponse): boolean {
  if (fault === undefined || fault.kind === "drop-after" || fault.kind === "hang-after") return false;
  if (fault.kind === "status") response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
  else if (fault.kind === "error") answerJson(response, { ok: false, error: fault.error });
  else if (fault.kind === "drop") response.destroy();
  return true;
}

export function answerJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
