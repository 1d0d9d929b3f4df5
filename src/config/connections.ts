import { mapOf } from "./glimpse.ts";
import type { Problem } from "./problems.ts";

/** Slack is reached over Socket Mode or over HTTP, not both. */
export function checkSlack(settings: unknown): Problem[] {
  const slack = mapOf(settings).slack;
  if (slack === undefined) return [];
  const { appToken, signingSecret, port, host } = mapOf(slack);
  const path = ["slack"];
  if ((appToken === undefined) === (signingSecret === undefined)) {
    return [
      { path, message: "needs either `appToken`, for Socket Mode, or `signingSecret` and `port`, for HTTP" },
    ];
  }
  if (signingSecret !== undefined) {
    return port === undefined
      ? [{ path: [...path, "port"], message: "missing; HTTP needs a port to listen on" }]
      : [];
  }
  return Object.entries({ port, host }).flatMap(([key, value]) =>
    value === undefined ? [] : [{ path: [...path, key], message: "only goes together with `signingSecret`" }],
  );
}

/** A database has an address, the files of the data folder have none. */
export function checkStorage(settings: unknown): Problem[] {
  const { driver, url } = mapOf(mapOf(settings).storage);
  const path = ["storage", "url"];
  if (driver === "postgres" && url === undefined) return [{ path, message: "missing" }];
  if (driver === "lowdb" && url !== undefined)
    return [{ path, message: "only goes together with `driver: postgres`" }];
  return [];
}
