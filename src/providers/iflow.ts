import { z } from "zod";
import { defineProvider, minutes, secret } from "../core/provider.ts";

/**
 * iFlow, which has closed (checked 2026-11-22). It never told a quota, so nothing is asked; an account that is still
 * configured is told what took its place.
 */
export const iflow = defineProvider({
  id: "iflow",
  name: "iFlow",
  official: true,
  billing: "subscription",
  hosts: [],
  settings: z.object({ apiKey: secret("IFLOW_API_KEY").optional() }),
  minInterval: minutes(5),
  async read() {
    return {
      retired:
        "iFlow has closed, since 2026-04-17: use Qoder, where iFlow sends its users, or another provider.",
      readings: [],
    };
  },
});
