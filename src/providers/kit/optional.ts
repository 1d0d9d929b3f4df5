import { isAppError } from "../../core/errors.ts";

/** The answer to a request that the reading can do without; undefined when the provider gives none. */
export async function optional<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}
