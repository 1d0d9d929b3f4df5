import { createHmac } from "node:crypto";

/**
 * What is kept of a person's name, as `privacy.users` says: the name, a pseudonym that stays the same for one salt, or
 * nothing.
 */
export function createUserNames(options: { mode: "keep" | "hash" | "drop"; salt: string }) {
  return (user: string): string | undefined => {
    if (options.mode === "keep") return user;
    if (options.mode === "drop") return undefined;
    const digest = createHmac("sha256", options.salt).update(user.toLowerCase()).digest("hex");
    return `user-${digest.slice(0, 8)}`;
  };
}
