import { AppError } from "../core/errors.ts";
import type { Acceptance } from "../core/services/accept-snapshot.ts";
import { json } from "./answers.ts";
import { textOf } from "./bodies.ts";
import type { BodyRoute } from "./route.ts";

/**
 * Takes in the snapshot that a person's machine pushes; answers once it is durable.
 * @throws request_invalid for a body that is not JSON, and what `accept` throws
 */
export function snapshotsRoute(accept: (body: unknown) => Promise<Acceptance>): BodyRoute {
  return async (_, body) => {
    const acceptance = await accept(parseJson(textOf(body)));
    if (!acceptance.accepted) return json(acceptance);
    return json({ ...acceptance, at: new Date(acceptance.at).toISOString() });
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("request_invalid", "The body is not JSON.");
  }
}
