import type { Response } from "undici";
import { AppError } from "../../core/errors.ts";
import type { HttpAnswer } from "../../core/provider.ts";

const maxBodyBytes = 1024 * 1024;

/** Reads at most 1 MiB of the decoded body. Throws provider_unexpected_response when there is more. */
export async function readAnswer(name: string, response: Response): Promise<HttpAnswer> {
  const text = await readText(name, response);
  const body = parseJson(text);
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    header: (header) => response.headers.get(header) ?? undefined,
    body,
    html: body === undefined && (type.includes("text/html") || /^\s*<(!doctype|html)/i.test(text)),
  };
}

async function readText(name: string, response: Response): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    // Leaving the loop cancels the body and closes the connection.
    if (size > maxBodyBytes) {
      throw new AppError("provider_unexpected_response", `${name} answered with more than 1 MiB.`);
    }
    chunks.push(chunk);
  }
  // Unlike Buffer's, this decoder drops a byte order mark, which JSON.parse refuses.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
