import { address } from "./values.ts";

const hint =
  "must be an address such as smtps://user:password@mail.example.org, with the marks in a password written as `%40` and the like";
const parameters = "after the `?` only `requireTLS` and `ignoreTLS` are known, each `true` or `false`";

/** A mail server; `?requireTLS=` and `?ignoreTLS=` say how what is sent there is protected. */
export const mailServer = address("smtp://", "smtps://").superRefine((written, context) => {
  if (!/^smtps?:\/\/./.test(written)) return;
  const fault = URL.canParse(written) ? faultOf(new URL(written)) : hint;
  if (fault !== undefined) context.addIssue(fault);
});

function faultOf({ protocol, hostname, pathname, hash, searchParams }: URL): string | undefined {
  if (hostname === "" || /[^/]/.test(pathname) || hash !== "") return hint;
  const known = [...searchParams].every(([key, value]) =>
    /^(requireTLS|ignoreTLS)=(true|false)$/.test(`${key}=${value}`),
  );
  if (!known) return parameters;
  if (protocol === "smtps:" && searchParams.size > 0)
    return "is always protected with `smtps://`: leave `requireTLS` and `ignoreTLS` out";
  const both = searchParams.get("requireTLS") === "true" && searchParams.get("ignoreTLS") === "true";
  return both ? "`requireTLS=true` and `ignoreTLS=true` contradict each other" : undefined;
}
