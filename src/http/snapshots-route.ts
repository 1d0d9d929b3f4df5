import type { Acceptance } from "../core/services/accept-snapshot.ts";
import { json } from "./answers.ts";
import { jsonOf } from "./json-body.ts";
import type { BodyRoute } from "./route.ts";
import type { AcceptanceAnswer } from "./schemas/ingest-answers.ts";

/**
 * Takes in the snapshot that a person's machine pushes; answers once it is durable.
 * @throws request_invalid for a body that is not JSON, and what `accept` throws
 */
export function snapshotsRoute(accept: (body: unknown) => Promise<Acceptance>): BodyRoute {
  return async (_, body) => {
    const acceptance = await accept(jsonOf(body));
    if (!acceptance.accepted) return json<AcceptanceAnswer>(acceptance);
    return json<AcceptanceAnswer>({ ...acceptance, at: new Date(acceptance.at).toISOString() });
  };
}
