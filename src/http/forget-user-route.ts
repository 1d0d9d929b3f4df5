import { z } from "zod";
import type { ForgetUser } from "../core/services/forget-user.ts";
import { json } from "./answers.ts";
import { queryOf } from "./queries.ts";
import type { Route } from "./route.ts";

export interface ForgetUserRouteOptions {
  forgetUser: ForgetUser;
}

export const forgottenAnswer = z.strictObject({
  records: z.int().describe("How many usage records had the name."),
  accounts: z.array(z.string()).describe("Accounts whose numbers the person's machine told last."),
});

/**
 * Takes a person's name out of all that is kept.
 * @throws request_invalid for no name or any parameter, store_unavailable, and then it is to be tried again
 */
export function forgetUserRoute({ forgetUser }: ForgetUserRouteOptions): Route {
  return async ({ req }) => {
    queryOf(req, {});
    const { records, accounts } = await forgetUser(req.param("user") ?? "");
    return json<z.input<typeof forgottenAnswer>>({ records, accounts: [...accounts] });
  };
}
