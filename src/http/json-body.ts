import { AppError } from "../core/errors.ts";
import { textOf } from "./bodies.ts";

/** The value that a body of JSON tells. Throws request_invalid when it is none. */
export function jsonOf(body: Uint8Array): unknown {
  const text = textOf(body);
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("request_invalid", "The body is not JSON.");
  }
}
