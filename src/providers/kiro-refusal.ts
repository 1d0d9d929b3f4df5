import { AppError } from "../core/errors.ts";
import type { HttpAnswer } from "../core/provider.ts";
import { rateLimited } from "./kit/http.ts";
import { record, text } from "./kit/lenient.ts";

const refused = record({ __type: text, message: text, Message: text, reason: text });

/** Whether the person's account is locked, which no other place would answer differently. */
export function isSuspended(body: unknown): boolean {
  const told = refused.parse(body);
  return /SUSPENDED/i.test(told?.reason ?? "") || /temporarily suspended/i.test(messageOf(told) ?? "");
}

/** What a refusal of the usage call means; bodies checked 2026-11-22. Undefined leaves it to the general rules. */
export function refusal({ status, body }: HttpAnswer): AppError | undefined {
  const told = refused.parse(body);
  const message = messageOf(told) ?? "";
  if (status === 403 && isSuspended(body)) {
    return new AppError(
      "provider_forbidden",
      "Kiro has suspended this account for unusual activity. Its owner has to ask Kiro's support to unlock it.",
      { actionUrl: "https://support.aws.amazon.com/#/contacts/kiro" },
    );
  }
  if (status === 401 || (status === 403 && /bearer token/i.test(message)) || isA(told, "ExpiredToken")) {
    return new AppError(
      "provider_auth_rejected",
      "Kiro does not accept the access token: it has expired. Open Kiro where it was made, or sign in again.",
    );
  }
  if (status === 400 && isA(told, "Throttling")) return rateLimited("Kiro", undefined);
  if (status === 400 && /profileArn/i.test(message)) {
    return new AppError(
      "provider_credentials_missing",
      "Kiro does not know the profile of this account. Give its `profileArn` beside the token.",
    );
  }
  if (status === 403 && told !== undefined) {
    return new AppError(
      "provider_forbidden",
      "Kiro refuses this sign-in access to its usage (HTTP 403). Check `profileArn`, or sign in again.",
    );
  }
  return undefined;
}

type Refused = ReturnType<typeof refused.parse>;

function messageOf(told: Refused): string | undefined {
  return told?.message ?? told?.Message;
}

/** Whether it is one of AWS's exceptions with this start of its name: "com.amazon…#ThrottlingException". */
function isA(told: Refused, name: string): boolean {
  return told?.__type?.split("#").at(-1)?.startsWith(name) ?? false;
}
