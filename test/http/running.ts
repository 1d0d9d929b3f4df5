import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { createHttpServer } from "../../src/http/server.ts";
import { createParts } from "./setup.ts";

/** The HTTP interface on a port of this machine until the test ends, with ways to ask it. */
export async function running(parts = createParts()) {
  const server = createHttpServer({ ...parts, host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.stop());
  await server.start();
  const url = server.url() ?? "";

  async function ask(path: string, init: RequestInit = {}, key = "fake-ops-key") {
    const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, bytes, body: jsonOf(bytes) };
  }

  return {
    ...parts,
    server,
    url,
    get: (path: string, key?: string) => ask(path, {}, key),
    ask,
    /** Posts bytes, text, or a value as JSON. */
    post: (path: string, content: unknown, headers: Record<string, string> = {}, key = "fake-ingest-key") => {
      const bytes = content instanceof Uint8Array || typeof content === "string";
      const body = (bytes ? content : JSON.stringify(content)) as string;
      return ask(
        path,
        { method: "POST", body, headers: { "content-type": "application/json", ...headers } },
        key,
      );
    },
    /** What comes back over a connection on which just this is sent, once the server hangs up. */
    exchange: (text: string) => exchange(Number(new URL(url).port), text),
  };
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (data) => {
      received += data;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: what it is is what tests look at
function jsonOf(bytes: Uint8Array): any {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
